import Model
import Testing

@Suite struct ProxyCapabilitiesTests {
    @Test(arguments: [
        ("2.6.12-1+deb12u2", ProxyVersion(2, 6, 12)), ("3.0.11", ProxyVersion(3, 0, 11)),
        ("3.4-dev2", ProxyVersion(3, 4)),
        ("3.1.0", ProxyVersion(3, 1)),
    ]) func `a version is read from what show info says`(text: String, version: ProxyVersion) {
        #expect(ProxyVersion(parsing: text) == version)
    }

    @Test(arguments: ["", "x", "3", "dev", ".3"]) func `anything else is no version`(text: String) {
        #expect(ProxyVersion(parsing: text) == nil)
    }

    @Test func `versions compare by number`() {
        #expect(ProxyVersion(2, 10) > ProxyVersion(2, 9, 99))
        #expect(ProxyVersion(3, 0) > ProxyVersion(2, 99))
    }

    @Test(arguments: [(2, 6, 16_384), (3, 3, 16_384), (3, 4, 131_072)])
    func `the longest command depends on the version`(major: Int, minor: Int, limit: Int) {
        let capabilities = ProxyCapabilities(program: .haproxy, version: ProxyVersion(major, minor))
        #expect(capabilities.commandLimit == limit)
    }

    @Test func `ring generations follow the releases that changed the ring`() {
        let ring = { (program: ProxyCapabilities.Program, major: Int, minor: Int) in
            ProxyCapabilities(program: program, version: ProxyVersion(major, minor)).ring
        }
        #expect(ring(.haproxy, 2, 9) == .idTimes4096)
        #expect(ring(.haproxy, 3, 0) == .fullHash)
        #expect(ring(.haproxy, 3, 2) == .fullHash)
        #expect(ring(.haproxy, 3, 3) == .idTimes4096)
        #expect(ring(.apusProxy, 3, 0) == .idTimes4096)
    }
}
