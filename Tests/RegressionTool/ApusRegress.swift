import Foundation
import Regression
import Stage

/// `make regressions`: HAProxy's own regression tests against `apus-proxy`.
///
/// `apus-regress [--program P] [--jobs N] [--log] [--add] [FILE|FOLDER …]`: without names the list of those
/// that pass; `3.0/reg-tests/checks` or `checks` names a folder, `balance-rr.vtc` a file. `--log` prints the whole
/// log of what failed, `--add` puts what passed on the list.
@main enum ApusRegress {
    static func main() async throws {
        var options = Options(CommandLine.arguments.dropFirst())
        guard RegressionRun.tester != nil else {
            print("no varnishtest in PATH: Debian's package 'varnish' has it")
            exit(1)
        }
        let folder: String
        do {
            folder = try RegressionSources.prepare()
        } catch let error as RegressionSources.Unavailable {
            print(error)
            exit(1)
        }
        let files = try options.files(in: folder)
        guard !files.isEmpty else {
            print("no such test below \(folder)")
            exit(1)
        }
        if files.count == 1 { options.jobs = 1 }
        let run = RegressionRun(program: options.program, folder: folder)
        let results = try await run.all(files, jobs: options.jobs) { result in
            let note = result.wasRepeated ? " (again, alone)" : ""
            print("\(result.outcome.rawValue)  \(result.file)\(note)")
            if result.outcome == .failed { print(options.printsLog ? result.log : result.reason) }
        }
        let passed = results.filter { $0.outcome == .passed }.map(\.file)
        let failed = results.count { $0.outcome == .failed }
        let skipped = results.count { $0.outcome == .skipped }
        print("\(passed.count) passed, \(failed) failed, \(skipped) skipped of \(results.count)")
        if options.adds { for file in try RegressionList.add(passed) { print("added  \(file)") } }
        exit(failed == 0 ? 0 : 1)
    }
}

/// What the command line asks for.
private struct Options {
    var program = Programs.apusProxy
    var jobs = 4
    var printsLog = false
    var adds = false
    private var names: [String] = []

    init(_ arguments: some Sequence<String>) {
        var rest = arguments.makeIterator()
        while let word = rest.next() {
            switch word {
            case "--program": program = rest.next() ?? program
            case "--jobs": jobs = rest.next().flatMap { Int($0) } ?? jobs
            case "--log": printsLog = true
            case "--add": adds = true
            default: names.append(word)
            }
        }
    }

    /// The files named, or the list.
    func files(in folder: String) throws -> [String] {
        guard !names.isEmpty else { return try RegressionList.read() }
        let all = RegressionSources.releases.flatMap { RegressionSources.files(of: $0, in: folder) }
        return all.filter { file in
            names.contains { name in
                file == name || file.hasPrefix("\(name)/") || file.hasSuffix("/\(name)")
                    || file.contains("/reg-tests/\(name)/")
            }
        }
    }
}
