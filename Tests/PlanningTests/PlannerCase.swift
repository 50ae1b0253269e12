import Desired
import Fleet
import FoundationEssentials
import Model
import Planning
import Simulation

/// A folder with a repository, what a proxy showed, and the plan that leads from one to the other.
///
/// `desired/` is the repository, `applied/` (if there is one) the revision before it, `observed.txt` the
/// transcript of what a real proxy answered, `plan.txt` what comes out. `certificates.txt` (if there is one) says
/// which versions are the newest: `document digit notAfter bytes`, the digit being all of the fingerprints.
struct PlannerCase: CustomStringConvertible {
    /// The folder's name.
    let description: String
    private let folder: URL

    private static let home = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Cases/Planner")

    /// Every case there is, by name.
    static let all: [PlannerCase] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: home.path)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted().map {
            PlannerCase(description: $0, folder: home.appending(path: $0))
        }
    }()

    var golden: URL { folder.appending(path: "plan.txt") }

    /// The plan as people read it, then its steps in order with those each must come after.
    func text() async throws -> String {
        let fleet = try fleet(in: "desired")
        var options = Planner.Options()
        let applied = folder.appending(path: "applied").path
        if FileManager.default.fileExists(atPath: applied) {
            options.previous = try self.fleet(in: "applied")
        }
        let data = try Data(contentsOf: folder.appending(path: "observed.txt"))
        let transport = TranscriptTransport(String(decoding: data, as: UTF8.self))
        let observed = try await Observer(transport: transport, clock: SimulatedClock())
            .observe(
                fleet.proxies[0],
                ObservationScope(fleet, former: [options.previous].compactMap(\.self))
            )
        let revision = Revision(commit: "worktree", tree: "", summary: "", author: "")
        let plan = Planner.plan(fleet, revision: revision, observed: [observed], options: options)
        let read = PlanDescription([PlanDescription.Fleet(plan)], columns: 100).lines
        let lines = try read.map(\.plain) + plan.proxies[0].steps.map(Self.line)
        return lines.map { $0 + "\n" }.joined()
    }

    private func fleet(in name: String) throws -> DesiredFleet {
        let source = DesiredSource(.worktree(path: folder.appending(path: name).path))
        let loaded = try source.load(source.resolve())
        guard var fleet = loaded.state?.fleets.first else {
            throw CaseError(words: loaded.diagnostics.map(\.description))
        }
        for index in fleet.certificates.indices {
            let document = fleet.certificates[index].document
            if let issued = try issued(document) {
                fleet.certificates[index].content = .issued(issued)
            } else {
                fleet.certificates[index].content = .unavailable("its files are not there")
            }
        }
        return fleet
    }

    private func issued(_ document: String) throws -> IssuedCertificate? {
        let data = try Data(contentsOf: folder.appending(path: "certificates.txt"))
        let words = String(decoding: data, as: UTF8.self).split(separator: "\n")
            .map { $0.split(separator: " ").map(String.init) }
            .first { $0.first == document }
        guard let words, words.count == 4 else { return nil }
        var issued = Build.issued(words[1])
        issued.notAfter = Int(words[2]) ?? 0
        issued.payloadSize = Int(words[3]) ?? 0
        return issued
    }

    /// `3 setWeight {…} after 2`: changes as saved plans have them.
    private static func line(_ step: Step) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let change = String(decoding: try encoder.encode(step.change), as: UTF8.self)
        let after =
            step.after.isEmpty
            ? "" : "  after \(step.after.map(String.init).joined(separator: ", "))"
        return "\(step.id) \(change)\(after)"
    }
}

/// A case whose repository does not load.
struct CaseError: Error, CustomStringConvertible {
    let words: [String]

    var description: String { words.joined(separator: "\n") }
}
