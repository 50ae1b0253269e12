import ArgumentParser
import Controller

/// `apus import`
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Write what proxies run as YAML that plans to nothing.",
        usage: "apus import [<options>] <runtime> ...",
        discussion: """
            Reads only. The first proxy is written down; where others differ is shown as a plan. What \
            the Runtime API hides is taken from the boot file if you name it, and otherwise left out. \
            Examples:
              apus import /run/haproxy/admin.sock --boot haproxy.cfg --out fleet
              apus import par1=tcp://10.0.0.1:9999 par2=tcp://10.0.0.2:9999
            """
    )

    @Argument(
        help: ArgumentHelp(
            "unix:PATH, tcp://HOST:PORT or the path of a socket; NAME= before it names the proxy.",
            valueName: "runtime"
        )
    )
    var runtimes: [String]

    @Option(help: ArgumentHelp("The boot file of these proxies.", valueName: "file"))
    var boot: String?

    @Option(help: ArgumentHelp("What to call the fleet.", valueName: "name"))
    var fleet = "edge"

    @Option(help: ArgumentHelp("Write a folder instead of printing.", valueName: "folder"))
    var out: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        var importing = Session.ImportOptions()
        importing.runtimes = runtimes
        importing.boot = boot
        importing.fleet = fleet
        importing.out = out
        let session = Session(".", try RepositoryOptions.parse([]), output)
        try await session.end { [importing] in try await $0.importState(importing) }
    }
}
