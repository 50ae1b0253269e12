import Testing

@testable import Controller

@Suite struct StateDirectoryTests {
    @Test func `the option wins, then XDG_STATE_HOME, then the home folder`() {
        let xdg = ["XDG_STATE_HOME": "/var/xdg"]
        #expect(StateDirectory(option: "/s", environment: xdg, home: "/home/ada").path == "/s")
        #expect(
            StateDirectory(option: nil, environment: xdg, home: "/home/ada").path == "/var/xdg/apus"
        )
        #expect(
            StateDirectory(option: nil, environment: [:], home: "/home/ada").path
                == "/home/ada/.local/state/apus"
        )
    }

    @Test func `a relative XDG_STATE_HOME does not count`() {
        let state = StateDirectory(
            option: nil,
            environment: ["XDG_STATE_HOME": "here"],
            home: "/home/ada"
        )
        #expect(state.path == "/home/ada/.local/state/apus")
    }

    @Test func `every repository has its own trigger socket`() {
        let state = StateDirectory(path: "/s")
        #expect(state.triggerSocket(for: "/a") != state.triggerSocket(for: "/b"))
        #expect(state.triggerSocket(for: "/a") == state.triggerSocket(for: "/a"))
    }
}
