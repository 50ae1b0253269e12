import Crypto
import Foundation
import X509

/// A certificate authority that speaks ACME on this machine: Debian's `pebble`, with a DNS that knows every name.
package final class Pebble: Sendable {
    /// How difficult it is.
    package struct Options: Sendable {
        /// Percent of the good nonces that it refuses.
        package var rejectedNonces = 50
        /// Percent of the authorizations that it uses again.
        package var reusedAuthorizations = 50
        /// Seconds of `Retry-After` while it is at work.
        package var retryAfter = 1
        /// Where it asks for http-01; nil for its own servers of challenges.
        package var httpPort: UInt16?
        /// Key identifier and key (base64 with the URL alphabet) without which it makes no account.
        package var external: (id: String, key: String)?

        package init() {}
    }

    /// The directory's URL.
    package let directory: String
    /// The file of PEM by which its HTTPS is to be trusted.
    package let trust: String
    /// Where challenges are put into its own servers: `POST /add-http01` and others.
    package let challenges: String
    /// Where its root is given to anybody: the root of what it issues.
    package let rootURL: String
    private let processes: [ChildProcess]

    /// The words that start it: `PEBBLE` of the environment, or the one in PATH; nil when there is none.
    package static var program: [String]? { Programs.find("pebble", variable: "PEBBLE") }

    /// Starts the authority and its servers with files in this folder; throws when it does not come up.
    package init(in folder: TemporaryFolder, _ options: Options = Options()) throws {
        guard let program = Self.program,
            let servers = Programs.find("pebble-challtestsrv", variable: "PEBBLE_CHALLTESTSRV")
        else { throw Missing() }
        let ports = try FreePorts.take(6)
        let httpPort = options.httpPort ?? ports[3]
        try Self.writeFiles(in: folder, ports, httpPort: httpPort, options)
        trust = folder.path("pebble-root.pem")
        directory = "https://127.0.0.1:\(ports[0])/dir"
        rootURL = "https://127.0.0.1:\(ports[1])/roots/0"
        challenges = "http://127.0.0.1:\(ports[2])"
        let own = options.httpPort == nil ? "127.0.0.1:\(ports[3])" : ""
        let dns = ChildProcess.Command(
            servers[0],
            servers.dropFirst() + [
                "-management", "127.0.0.1:\(ports[2])", "-http01", own, "-https01", "",
                "-tlsalpn01", "127.0.0.1:\(ports[4])", "-dns01", "127.0.0.1:\(ports[5])",
                "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "",
            ]
        )
        var authority = ChildProcess.Command(
            program[0],
            program.dropFirst() + [
                "-config", folder.path("pebble.json"), "-dnsserver", "127.0.0.1:\(ports[5])",
            ]
        )
        authority.environment = [
            "PEBBLE_WFE_NONCEREJECT": "\(options.rejectedNonces)",
            "PEBBLE_AUTHZREUSE": "\(options.reusedAuthorizations)", "PEBBLE_VA_NOSLEEP": "1",
        ]
        processes = [
            try ChildProcess("challtestsrv", dns, logPath: folder.path("challtestsrv.log")),
            try ChildProcess("pebble", authority, logPath: folder.path("pebble.log")),
        ]
    }

    /// What it said so far.
    package var log: String { processes.map(\.log).joined(separator: "\n") }
    /// Whether both processes run.
    package var isRunning: Bool { processes.allSatisfy(\.isRunning) }

    /// Ends both processes.
    package func stop() {
        for process in processes { process.stop() }
    }

    /// No `pebble` on this machine.
    package struct Missing: Error, CustomStringConvertible {
        package var description: String { "there is no pebble; install Debian's package 'pebble'" }
    }

    private static func writeFiles(
        in folder: TemporaryFolder,
        _ ports: [UInt16],
        httpPort: UInt16,
        _ options: Options
    ) throws {
        let authority = try TestAuthority()
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let start = Date(timeIntervalSince1970: 1_700_000_000)
        let leaf = try authority.leaf(
            ["localhost", "127.0.0.1"],
            key: key,
            from: start,
            days: 20_000
        )
        try folder.write(try leaf.pem + authority.intermediate.pem, to: "pebble-chain.pem")
        try folder.write(try key.pem, to: "pebble-key.pem")
        try folder.write(try authority.root.pem, to: "pebble-root.pem")
        var settings: [String: Any] = [
            "listenAddress": "127.0.0.1:\(ports[0])",
            "managementListenAddress": "127.0.0.1:\(ports[1])",
            "certificate": folder.path("pebble-chain.pem"),
            "privateKey": folder.path("pebble-key.pem"),
            "httpPort": Int(httpPort), "tlsPort": Int(ports[4]),
            "retryAfter": ["authz": options.retryAfter, "order": options.retryAfter],
        ]
        if let external = options.external {
            settings["externalAccountBindingRequired"] = true
            settings["externalAccountMACKeys"] = [external.id: external.key]
        }
        let text = try JSONSerialization.data(withJSONObject: ["pebble": settings])
        try folder.write(String(decoding: text, as: UTF8.self), to: "pebble.json")
    }
}
