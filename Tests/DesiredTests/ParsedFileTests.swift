import Foundation
import Model
import Simulation
import Testing

@testable import Desired

/// Whatever the bytes are, reading them ends in documents and diagnostics that can be shown.
@Suite struct ParsedFileTests {
    private static let sources: [[UInt8]] = {
        let examples = Mistakes.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "examples")
        let names = [
            "fleet.yaml", "backends/shop.yaml", "backends/http-app.yaml", "routes.yaml",
            "maps/paths.yaml",
        ]
        return names.compactMap { try? Array(Data(contentsOf: examples.appending(path: $0))) }
    }()

    /// Splices, cuts, repeats and breaks what the examples say.
    private static func mutated(using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = sources.randomElement(using: &generator) ?? []
        let hostile: [UInt8] = Array("{}[]:,&*!|>'\"%@`#-?~\t\n ".utf8) + [0, 7, 27, 0xc3, 0xff]
        for _ in 0..<Int.random(in: 1...12, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[place] = hostile.randomElement(using: &generator) ?? 0
            case 1: bytes.insert(hostile.randomElement(using: &generator) ?? 0, at: place)
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + 9))
            case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: place)
            default: bytes += sources.randomElement(using: &generator) ?? []
            }
        }
        return bytes
    }

    @Test(arguments: Seed.runs) func `broken documents give diagnostics that can be shown`(
        seed: Seed
    ) {
        var generator = seed.generator
        for _ in 0..<20 {
            let bytes = Self.mutated(using: &generator)
            let file = ParsedFile(bytes, path: "f.yaml")
            let text = String(decoding: bytes, as: UTF8.self)
            for problem in file.diagnostics {
                #expect(problem.origin.line >= 1 && problem.origin.column >= 1)
                #expect(!problem.message.isEmpty)
                #expect(VisibleText.escape(problem.message.unicodeScalars) == problem.message)
                #expect(VisibleText.escape(problem.context.unicodeScalars) == problem.context)
                _ = Excerpt(of: text, at: problem.origin)
            }
            #expect(ParsedFile(bytes, path: "f.yaml").diagnostics == file.diagnostics)
        }
    }

    @Test(arguments: Seed.runs) func `broken boot files are read as far as they can be`(seed: Seed)
        throws
    {
        var generator = seed.generator
        var bytes = Array(Mistakes.boot.utf8)
        for _ in 0..<20 {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                in: 0...127,
                using: &generator
            )
        }
        let file = BootFile(String(decoding: bytes, as: UTF8.self), path: "edge.cfg")
        #expect(file.diagnostics.allSatisfy { $0.severity == .warning })
    }

    @Test func `documents before a syntax error are decoded`() {
        let text = (smallState["shop.yaml"] ?? "") + "\n---\n[\n"
        let file = ParsedFile(Array(text.utf8), path: "f.yaml")
        #expect(file.documents.count == 1)
        #expect(file.diagnostics.count == 1)
    }

    @Test func `an empty document is none`() {
        let file = ParsedFile(Array("---\n---\n# nothing\n---\n~\n".utf8), path: "f.yaml")
        #expect(file.documents.isEmpty)
        #expect(file.diagnostics == [])
    }
}
