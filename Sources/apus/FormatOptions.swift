import ArgumentParser
import Controller

extension Session.Format: ExpressibleByArgument {}

/// Options of commands that print data.
struct FormatOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("How to print data.", valueName: "format"))
    var output = Session.Format.text
}
