import Model
import Testing

@testable import Proxy

struct ProcessConfigurationTests {
    private func parse(_ global: String) -> (ProcessConfiguration?, [String]) {
        let (configuration, diagnostics) = ConfigParser.parse(
            files: [("t.cfg", "global\n\(global)\n")],
            environment: [:],
            reading: { _ in nil }
        )
        return (configuration?.process, diagnostics.map(\.description))
    }

    @Test func `global says how the process lives`() {
        let (process, messages) = parse(
            """
             daemon
             master-worker
             hard-stop-after 30s
             chroot /var/empty
             user nobody
             gid 65534
            """
        )
        #expect(messages == [])
        #expect(process?.isDaemon == true)
        #expect(process?.hasMaster == true)
        #expect(process?.hardStopAfter == Milliseconds(30_000))
        #expect(process?.root == "/var/empty")
        #expect(process?.user == .name("nobody"))
        #expect(process?.group == .number(65_534))
    }

    @Test(arguments: ["uid x", "chroot", "hard-stop-after never", "daemon please"])
    func `what cannot be read is refused`(line: String) { #expect(parse(" \(line)").0 == nil) }

    @Test func `a user that does not exist is named`() {
        var process = ProcessConfiguration()
        process.user = .name("no-such-user")
        #expect(process.confine() == "no user 'no-such-user'")
    }
}
