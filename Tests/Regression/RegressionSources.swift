import Foundation
import Stage

/// HAProxy's own regression tests, unpacked from Debian's source packages the first time they are asked for.
///
/// They are never part of this repository. The folder is `APUS_REGRESSION_SOURCES`, or one in the system's
/// temporary folder, and survives from run to run.
package enum RegressionSources {
    /// A version of HAProxy whose tests are run.
    package struct Release: Sendable, CustomStringConvertible {
        /// The first component of the names of its files: `3.0`.
        package let version: String
        /// The Debian release that has it.
        let codename: String

        package var description: String { version }
    }

    package static let releases = [
        Release(version: "2.6", codename: "bookworm"),
        Release(version: "3.0", codename: "trixie"),
    ]

    /// Why there are no tests to run.
    package struct Unavailable: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// Where the tests lie: `FOLDER/3.0/reg-tests/…`.
    package static var folder: String {
        ProcessInfo.processInfo.environment["APUS_REGRESSION_SOURCES"]
            ?? FileManager.default.temporaryDirectory.path + "/apus-regression-sources"
    }

    /// Fetches what is missing and returns the folder; says what to do when that is impossible.
    package static func prepare() throws -> String {
        for release in releases
        where !FileManager.default.fileExists(atPath: "\(folder)/\(release)/reg-tests") {
            try fetch(release)
        }
        return folder
    }

    /// Every `.vtc` file of a release, as `3.0/reg-tests/balance/balance-rr.vtc`, in order.
    package static func files(of release: Release, in folder: String) -> [String] {
        let top = "\(folder)/\(release)/reg-tests"
        let names = FileManager.default.enumerator(atPath: top)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".vtc") }.sorted().map { "\(release)/reg-tests/\($0)" }
    }

    private static func fetch(_ release: Release) throws {
        let work = try TemporaryFolder("regression-sources")
        defer { work.remove() }
        let options = try aptOptions(release, in: work)
        _ = try run("apt-get", ["-q"] + options + ["update"], in: work)
        _ = try run(
            "apt-get",
            ["-q"] + options + ["source", "--download-only", "haproxy"],
            in: work
        )
        let names = try FileManager.default.contentsOfDirectory(atPath: work.path)
        guard let archive = names.first(where: { $0.contains(".orig.tar.") }) else {
            throw Unavailable(description: "\(release.codename) has no source package of HAProxy")
        }
        try work.folder("unpacked")
        let unpack = ["xf", archive, "-C", "unpacked", "--strip-components=1", "--wildcards"]
        _ = try run("tar", unpack + ["*/reg-tests"], in: work)
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        // One step, so that two that fetch at the same time do not see half of it.
        _ = try run("mv", ["-T", "unpacked", "\(folder)/\(release)"], in: work)
    }

    /// apt with sources and lists of its own: the machine's are left as they are. apt checks the signatures.
    private static func aptOptions(_ release: Release, in work: TemporaryFolder) throws -> [String]
    {
        let listed = try run(
            "apt-get",
            [
                "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(CODENAME)",
                "Created-By: Packages",
            ],
            in: work
        )
        let mirrors = listed.split(separator: "\n").map { $0.split(separator: " ") }
        guard
            let mirror = mirrors.first(where: {
                $0.count == 3 && $0[1] == "Debian" && !$0[2].contains("-")
            })?[0]
        else {
            throw Unavailable(description: "no Debian mirror in this machine's sources of packages")
        }
        let keys = "/usr/share/keyrings/debian-archive-keyring.gpg"
        let signed = FileManager.default.fileExists(atPath: keys) ? "[signed-by=\(keys)] " : ""
        try work.write("deb-src \(signed)\(mirror) \(release.codename) main\n", to: "sources.list")
        try work.folder("lists/partial")
        try work.folder("cache/archives/partial")
        return [
            "Dir::Etc::sourcelist=\(work.path)/sources.list", "Dir::Etc::sourceparts=-",
            "Dir::State::lists=\(work.path)/lists", "Dir::Cache=\(work.path)/cache",
            "APT::Sandbox::User=root", "Acquire::Retries=2", "Acquire::http::Timeout=20",
        ].flatMap { ["-o", $0] }
    }

    private static func run(
        _ program: String,
        _ arguments: [String],
        in work: TemporaryFolder
    ) throws -> String {
        var command = ChildProcess.Command(program, arguments)
        command.folder = work.path
        command.environment = ["LC_ALL": "C"]
        let result = try ChildProcess.run(command)
        guard result.status == 0 else {
            let words = ([program] + arguments.filter { !$0.contains("::") && $0 != "-o" })
            throw Unavailable(
                description: "'\(words.joined(separator: " "))' failed: \(result.errors)"
                    + "\nUnpack HAProxy's sources by hand and name their parent folder in"
                    + " APUS_REGRESSION_SOURCES (it holds 2.6/reg-tests and 3.0/reg-tests)."
            )
        }
        return result.output
    }
}
