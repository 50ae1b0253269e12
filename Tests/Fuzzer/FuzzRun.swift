import Foundation
import Fuzz
import Stage

/// One target fed for a while: its corpus laid out as files, what was found taken back.
struct FuzzRun {
    let target: FuzzTarget
    let seconds: Int

    init(_ target: FuzzTarget, seconds: Int) {
        self.target = target
        self.seconds = seconds
    }

    /// Returns whether nothing crashed; prints one line of what was done.
    func finish() throws -> Bool {
        let folder = try TemporaryFolder("fuzz")
        defer { folder.remove() }
        for name in ["corpus", "crashes"] {
            try FileManager.default.createDirectory(
                atPath: folder.path(name),
                withIntermediateDirectories: true
            )
        }
        for (index, input) in target.corpus.enumerated() {
            try Data(input).write(to: URL(filePath: folder.path("corpus/\(index)")))
        }
        let result = try child([
            "-max_total_time=\(seconds)", "-max_len=16384", "-timeout=10", "-rss_limit_mb=2048",
            "-print_final_stats=1", "-artifact_prefix=\(folder.path("crashes"))/",
            folder.path("corpus"),
        ])
        let crashes = try read(folder.path("crashes"))
        for crash in crashes {
            print("\(target.rawValue): crash, kept as \(try target.keep(crash))")
        }
        guard result.status == 0, crashes.isEmpty else {
            print(result.errors.split(separator: "\n").suffix(40).joined(separator: "\n"))
            return false
        }
        // libFuzzer has put every input there that reached something new, and taken away what a smaller one reaches.
        let kept = try target.replaceCorpus(with: read(folder.path("corpus")))
        print(
            "\(target.rawValue): \(Self.number("number_of_executed_units", in: result.errors)) inputs in "
                + "\(seconds) s, \(Self.coverage(in: result.errors)) edges reached, "
                + "\(kept) inputs kept, no crash"
        )
        return true
    }

    private func child(_ options: [String]) throws -> ChildProcess.Result {
        var command = ChildProcess.Command(
            Programs.folder + "/apus-fuzz",
            [target.rawValue] + options
        )
        // A trap would otherwise wait in the interactive backtracer. Swift's runtime keeps metadata for ever,
        // and AddressSanitizer takes that for leaks.
        command.environment = ["SWIFT_BACKTRACE": "enable=no", "ASAN_OPTIONS": "detect_leaks=0"]
        return try ChildProcess.run(command)
    }

    private func read(_ folder: String) throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted().compactMap { name in
            FileManager.default.contents(atPath: "\(folder)/\(name)").map { Array($0) }
        }
    }

    /// A figure of libFuzzer's final statistics: `stat::NAME:  123`.
    private static func number(_ name: String, in text: String) -> String {
        let line = text.split(separator: "\n").last { $0.hasPrefix("stat::\(name):") }
        return line?.split(separator: " ").last.map(String.init) ?? "?"
    }

    /// The edges of its last line of progress: `#123 DONE cov: 456 ft: …`.
    private static func coverage(in text: String) -> String {
        let words = text.split(separator: "\n").last { $0.contains(" cov: ") }?
            .split(separator: " ")
        guard let words, let index = words.firstIndex(of: "cov:"), index + 1 < words.count else {
            return "?"
        }
        return String(words[index + 1])
    }
}
