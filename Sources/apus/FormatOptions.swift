import ArgumentParser
import Controller

extension Session.Format: ExpressibleByArgument {}

/// Options of commands that print a plan.
struct FormatOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("How to print data.", valueName: "format"))
    var output = Session.Format.text
}

/// Options of commands that print other data.
struct DataOptions: ParsableArguments {
    /// What `FormatOptions` knows, without what only a plan can be.
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, ndjson }

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("How to print data.", valueName: "format")
    )
    var data = Format.text

    var output: Session.Format {
        switch data {
        case .text: .text
        case .json: .json
        case .ndjson: .ndjson
        }
    }
}
