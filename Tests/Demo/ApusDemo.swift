import Foundation
import UnixSignals

/// `make demo`: three proxies, a push and what becomes of it. Ends by itself and leaves nothing running.
@main enum ApusDemo {
    static func main() async {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        let status = await withTaskGroup(of: Int32.self) { group in
            group.addTask { await Demo.run() }
            group.addTask {
                for await _ in signals { return 130 }
                return 130
            }
            let first = await group.next() ?? 1
            group.cancelAll()
            // The demo cleans up before it returns, also when it was interrupted.
            await group.waitForAll()
            return first
        }
        exit(status)
    }
}
