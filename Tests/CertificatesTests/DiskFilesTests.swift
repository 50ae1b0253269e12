import Certificates
import Foundation
import Stage
import Testing

struct DiskFilesTests {
    @Test func `a file is replaced in one step and keeps its owner's mode`() throws {
        let folder = try TemporaryFolder("disk")
        defer { folder.remove() }
        try folder.write("old", to: "a.pem")
        try folder.write("left behind", to: "a.pem.new")
        let files = DiskFiles()
        try files.save(Array("new".utf8), at: folder.path("a.pem"))
        #expect(folder.read("a.pem") == "new")
        #expect(try files.names(in: folder.path) == ["a.pem"])
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("a.pem"))
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }

    @Test func `what is missing is nothing, what is forbidden is an error`() throws {
        let files = DiskFiles()
        #expect(try files.read("/nowhere/a") == nil)
        #expect(try files.names(in: "/nowhere") == [])
        try files.remove("/nowhere/a")
        #expect(throws: StoreError.self) { try files.sync("/nowhere/a") }
        #expect(throws: StoreError.self) { try files.write([1], to: "/proc/none/a") }
        #expect(throws: StoreError.self) { try files.replace("/nowhere/a") }
    }
}
