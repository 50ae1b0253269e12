import Foundation
import Fuzz
import Stage

/// `make fuzz`: libFuzzer with AddressSanitizer for every reader, each in a child that may crash.
///
/// `TARGET` names one reader (all by default), `SECONDS` how long each is fed (10). A crash is kept under
/// `Tests/Fuzz/Crashes`, and the inputs that reach new code, few and small, under `Tests/Fuzz/Corpora`.
@main enum ApusFuzz {
    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments.count > 1, let target = FuzzTarget(rawValue: arguments[1]) {
            guard let status = LibFuzzer.run(target, options: Array(arguments[2...])) else {
                print("this build has no libFuzzer in it: use `make fuzz`")
                exit(1)
            }
            exit(status)
        }
        let environment = ProcessInfo.processInfo.environment
        let name = environment["TARGET"] ?? ""
        let targets = FuzzTarget.allCases.filter { name.isEmpty || $0.rawValue == name }
        guard !targets.isEmpty else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
            print("no target '\(name)'; there are: \(names)")
            exit(1)
        }
        let seconds = environment["SECONDS"].flatMap { Int($0) } ?? 10
        let crashes = try targets.filter { try !FuzzRun($0, seconds: seconds).finish() }
        exit(crashes.isEmpty ? 0 : 1)
    }
}
