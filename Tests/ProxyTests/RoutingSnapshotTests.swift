import Testing

@testable import Proxy

@Suite struct RoutingSnapshotTests {
    @Test func `a snapshot of everything can be given back`() throws {
        let fixture = try RuntimeFixture(
            """
            frontend fe
             bind :80
             monitor-uri /up
             monitor fail unless { str(x),map(m.map,y) -m found } or { path -i /a /b }
             use_backend %[path,map_beg(m.map)] if { nbsrv(be) gt 0 }
             default_backend be
            backend be
             balance hdr(x)
             hash-type consistent
             server s unix@/run/s.sock
            """,
            files: ["m.map": "a be\nb be\n"]
        )
        for change in [
            "set map m.map a c", "del map m.map b", "set weight be/s 9", "set weight be/s 3",
        ] {
            fixture.run(change)
        }
        let snapshot = fixture.plane.snapshot
        #expect(snapshot.generation == 5)
        // A leak or a second free here is for the address sanitizer to see.
        snapshot.free()
    }
}
