import Model
import RuntimeAPI

/// Changes that one session collects between `begin` and `commit`.
///
/// Nothing of it is visible before it is carried out. What it names belongs to it meanwhile: other sessions
/// may look, but their changes to it are refused, and so are those of another transaction.
struct RuntimeTransaction {
    /// What a change is about.
    enum Subject: Hashable, CustomStringConvertible {
        case server(backend: String, name: String)
        case backend(String)
        case map(String)
        case frontend(String)
        case process

        var description: String {
            switch self {
            case .server(let backend, let name): "Server \(backend)/\(name)"
            case .backend(let name): "Backend \(name)"
            case .map(let name): "Map \(name)"
            case .frontend(let name): "Frontend \(name)"
            case .process: "The process"
            }
        }
    }

    /// One change to carry out.
    struct Step {
        let command: RuntimeCommand
        let payload: String?
    }

    static let stepLimit = 65_536
    /// Bytes of all commands and payloads.
    static let sizeLimit = 16 << 20
    static let usualTime = Milliseconds(30_000)
    static let longestTime = Milliseconds(600_000)

    /// After it nothing can be carried out any more.
    let deadline: Milliseconds
    private(set) var steps: [Step] = []
    private(set) var subjects: Set<Subject> = []
    private var size = 0
    /// Why it will not be carried out; the first reason stays.
    private(set) var refusal: String?

    init(deadline: Milliseconds) { self.deadline = deadline }

    /// Adds a change, or tells why there is no room for it.
    mutating func collect(_ step: Step, about subject: Subject) -> String? {
        size += step.command.size + (step.payload?.utf8.count ?? 0)
        guard steps.count < Self.stepLimit, size <= Self.sizeLimit else {
            return
                "A transaction holds at most \(Self.stepLimit) commands and \(Self.sizeLimit) bytes."
        }
        steps.append(step)
        subjects.insert(subject)
        return nil
    }

    /// Makes sure that it is not carried out and lets go of what it named.
    mutating func refuse(because reason: String) {
        guard refusal == nil else { return }
        refusal = reason
        steps = []
        subjects = []
    }
}
