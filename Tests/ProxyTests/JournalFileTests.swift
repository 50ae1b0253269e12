import Foundation
import Model
import Testing

@testable import Proxy

@Suite struct JournalFileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(
        path: "apus-journal-\(UUID().uuidString)"
    ).path

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func cleanUp() { try? FileManager.default.removeItem(atPath: folder) }

    private func record(_ name: String) -> [UInt8] {
        StateFileFormat.record([.serverDeleted(backend: "b", server: name)])
    }

    private func content(_ path: String) throws -> StateFileFormat.Content {
        try StateFileFormat.read(try AppendFile.read(path) ?? [])
    }

    @Test func `records follow the image, and a torn end is cut off`() throws {
        defer { cleanUp() }
        let path = "\(folder)/state"
        try JournalFile.create(StateFileFormat.file([]), at: path)
        let length = try content(path).length
        try AppendFile(path).write([1, 2, 3], at: length)
        let journal = try JournalFile(path: path, length: length) { Milliseconds(0) }
        #expect(journal.refusal == nil)
        #expect(journal.append(record("x")) == nil)
        #expect(journal.append(record("y")) == nil)
        let found = try content(path)
        #expect(found.batches.count == 2)
        #expect(try AppendFile.read(path)?.count == found.length)
    }

    @Test func `a new image takes the name without losing a record`() throws {
        defer { cleanUp() }
        let path = "\(folder)/state"
        try JournalFile.create(StateFileFormat.file([]), at: path)
        let journal = try JournalFile(path: path, length: try content(path).length) {
            Milliseconds(0)
        }
        var appended = 0
        while !journal.wantsImage {
            #expect(journal.append(record(String(repeating: "x", count: 20_000))) == nil)
            appended += 1
        }
        journal.replace(with: StateFileFormat.file([.serverDeleted(backend: "b", server: "i")]))
        let deadline = MonotonicClock.milliseconds + 10_000
        var after = 0
        while MonotonicClock.milliseconds < deadline, try content(path).image.isEmpty {
            #expect(journal.append(record("late")) == nil)
            after += 1
            let found = try content(path)
            #expect(found.batches.count == (found.image.isEmpty ? appended + after : after))
        }
        #expect(journal.append(record("last")) == nil)
        let found = try content(path)
        #expect(found.image.count == 1 && found.batches.count == after + 1)
        #expect(!FileManager.default.fileExists(atPath: path + ".new"))
    }

    @Test func `a full disk is named`() throws {
        let file = try AppendFile("/dev/full")
        let failure = #expect(throws: AppendFile.Failure.self) { try file.write([1], at: 0) }
        #expect(failure?.reason == "No space left on device")
        #expect(throws: AppendFile.Failure.self) { try AppendFile("\(folder)/no/such") }
        #expect(try AppendFile.read("\(folder)/nothing") == nil)
        cleanUp()
    }
}
