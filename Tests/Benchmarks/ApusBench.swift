import Foundation
import UnixSignals

/// `make bench`: what Apus costs beside its peers, in numbers that repeat. Saves the table it prints.
@main enum ApusBench {
    static func main() async {
        if let fleet = PretendFleet(Array(CommandLine.arguments.dropFirst())) {
            do { try await fleet.run() } catch { print("\(error)") }
            exit(1)
        }
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        let status = await withTaskGroup(of: Int32.self) { group in
            group.addTask { await Bench().run() }
            group.addTask {
                for await _ in signals { return 130 }
                return 130
            }
            let first = await group.next() ?? 1
            group.cancelAll()
            await group.waitForAll()
            return first
        }
        exit(status)
    }
}
