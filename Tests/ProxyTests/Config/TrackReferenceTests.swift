import Model
import Testing

@testable import Proxy

@Suite struct TrackReferenceTests {
    @Test func `a server without a backend is one of the same`() {
        #expect(TrackReference("s1", in: "own").path == "own/s1")
        #expect(TrackReference("other/s1", in: "own").path == "other/s1")
    }

    @Test func `what was added while running is not tracked`() {
        let mistake = TrackReference("a/s1", in: "b").mistake { name in
            name == "a" ? { _ in (.init(), true) } : nil
        }
        #expect(mistake == "unable to use dynamic server a/s1 for tracking.")
        #expect(
            TrackReference("x/s1", in: "b").mistake { _ in nil }
                == "unable to find required proxy 'x' for tracking."
        )
    }
}
