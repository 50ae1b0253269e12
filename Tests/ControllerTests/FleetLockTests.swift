import Model
import Testing

@testable import Controller

@Suite struct FleetLockTests {
    @Test func `a second one is told who holds the lock`() throws {
        let folder = try TemporaryFolder()
        let state = StateDirectory(path: folder.path)
        let fleet = try FleetName("edge")
        let lock = try FleetLock(on: fleet, in: state, holder: "apus run, pid 7")
        let error = #expect(throws: FleetLock.Unavailable.self) {
            try FleetLock(on: fleet, in: state, holder: "apus apply, pid 8")
        }
        #expect(error?.isHeld == true)
        #expect(
            error?.description
                == "fleet edge is being changed by apus run, pid 7; wait for it or stop it"
        )
        withExtendedLifetime(lock) {}
    }

    @Test func `a lock that is let go can be taken again`() throws {
        let folder = try TemporaryFolder()
        let state = StateDirectory(path: folder.path + "/deep/er")
        let fleet = try FleetName("edge")
        do { _ = try FleetLock(on: fleet, in: state, holder: "one") }
        _ = try FleetLock(on: fleet, in: state, holder: "two")
    }

    @Test func `two fleets do not wait for each other`() throws {
        let folder = try TemporaryFolder()
        let state = StateDirectory(path: folder.path)
        let one = try FleetLock(on: try FleetName("a"), in: state, holder: "one")
        let two = try FleetLock(on: try FleetName("b"), in: state, holder: "two")
        withExtendedLifetime((one, two)) {}
    }

    @Test func `a folder that cannot be made is an error, not a held lock`() throws {
        let error = #expect(throws: FleetLock.Unavailable.self) {
            try FleetLock(
                on: try FleetName("a"),
                in: StateDirectory(path: "/dev/null/x"),
                holder: ""
            )
        }
        #expect(error?.isHeld == false)
    }
}
