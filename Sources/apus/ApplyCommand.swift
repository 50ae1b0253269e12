import ArgumentParser
import Controller
import Foundation

/// `apus apply`
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Apply a saved plan, or plan, ask and apply.",
        usage: "apus apply [<options>] [<plan> | <repository>]",
        discussion: """
            Rolls out in the waves that the fleet's document asks for, looks at every proxy again, and is \
            done when nothing is left to do. One proxy's failure never stops the others.

            A saved plan is applied as it was reviewed: a proxy that has changed meanwhile is refused \
            (exit status 4).
            """
    )

    @Argument(
        help: ArgumentHelp(
            "A plan saved by `apus plan --out`, or path or URL of the repository.",
            valueName: "plan-or-repository"
        )
    )
    var target = "."

    @Flag(help: "Do not ask; needed where there is no terminal.")
    var yes = false

    @Option(
        help: "How long to wait for what only needs time, e.g. sessions that end (500ms, 10s, 2m)."
    )
    var timeout = TypedDuration(.seconds(120))

    @Option(
        name: .customLong("ack"),
        help: ArgumentHelp(
            "Let exactly this change pass a policy of level override, and why; may be repeated.",
            valueName: "policy=reason"
        )
    )
    var acknowledgements: [String] = []

    @Flag(name: .customLong("take-over"), help: "Change proxies that another owner claims.")
    var takeOver = false

    @OptionGroup var reading: RepositoryOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        for text in acknowledgements where Self.acknowledgement(text) == nil {
            throw ValidationError("--ack must be POLICY=REASON, not '\(text)'")
        }
        if target.hasSuffix(".json"), !FileManager.default.fileExists(atPath: target) {
            throw ValidationError("there is no plan \(target); `apus plan --out` saves one")
        }
    }

    private static func acknowledgement(_ text: String) -> (policy: String, reason: String)? {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { return nil }
        let reason = text[text.index(after: sign)...]
        return reason.isEmpty ? nil : (String(text[..<sign]), String(reason))
    }

    func run() async throws {
        var options = Session.ApplyOptions()
        options.yes = yes
        options.actor = NSUserName()
        for text in acknowledgements {
            guard let (policy, reason) = Self.acknowledgement(text) else { continue }
            options.acknowledgements[policy] = reason
        }
        options.timeout = timeout.duration
        let attributes = try? FileManager.default.attributesOfItem(atPath: target)
        if attributes?[.type] as? FileAttributeType == .typeRegular { options.planFile = target }
        try await Session(target, reading, output, format.output).taking(over: takeOver).end {
            try await $0.apply(options)
        }
    }
}
