import Model
import Planning
import Testing

@Suite struct RolloutTests {
    @Test func `waves are cumulative and the last one is everything`() throws {
        var rollout = try rollout(over: 20, waves: ["1", "10%", "50%"])
        #expect(try drain(&rollout) == [1, 1, 8, 10])
    }

    @Test func `without settings one wave is everything`() throws {
        var rollout = try rollout(over: 3, waves: [])
        #expect(try drain(&rollout) == [3])
    }

    @Test func `no more proxies than maxParallel run at once`() throws {
        var rollout = try rollout(over: 5, waves: []) { $0.maxParallel = 2 }
        #expect(rollout.next() == .apply(try names(1, 2)))
        #expect(rollout.next() == .wait)
        rollout.report(confirmed: try ProxyName("lb02"))
        #expect(rollout.next() == .apply(try names(3)))
    }

    /// One proxy was applied and has soaked; its health is to be judged.
    private func soakedWave() throws -> Rollout {
        var rollout = try rollout(over: 2, waves: ["1"]) { $0.soak = Milliseconds(10_000) }
        #expect(rollout.next() == .sample(try names(1)))
        rollout.sampled()
        #expect(rollout.next() == .apply(try names(1)))
        rollout.report(confirmed: try ProxyName("lb01"))
        #expect(rollout.next() == .soak(Milliseconds(10_000)))
        rollout.soaked()
        #expect(rollout.next() == .judge(try names(1)))
        return rollout
    }

    @Test func `a wave soaks and is judged before the next one starts`() throws {
        var rollout = try soakedWave()
        rollout.judged(nil)
        #expect(rollout.next() == .sample(try names(2)))
        rollout.sampled()
        #expect(rollout.next() == .apply(try names(2)))
        rollout.report(confirmed: try ProxyName("lb02"))
        #expect(rollout.next() == .finished)
        #expect(rollout.halted == nil)
    }

    @Test func `a wave that made things worse is the last one`() throws {
        var rollout = try soakedWave()
        rollout.judged(.unhealthy("5 of 10 servers went down"))
        #expect(rollout.next() == .finished)
        #expect(rollout.halted == .unhealthy("5 of 10 servers went down"))
        #expect(rollout.halted?.isFinal == true)
        #expect(rollout.begun == (try names(1)))
        #expect(rollout.held == (try names(2)))
    }

    @Test func `a lost proxy holds what follows until the next pass, a rejection for good`() throws
    {
        var lost = try rollout(over: 3, waves: ["1"])
        _ = lost.next()
        lost.report(lost: try ProxyName("lb01"))
        #expect(lost.halted == .lost)
        #expect(lost.halted?.isFinal == false)
        var failed = try rollout(over: 3, waves: ["2"])
        _ = failed.next()
        failed.report(failed: try ProxyName("lb02"), "No such server.")
        failed.report(lost: try ProxyName("lb01"))
        #expect(failed.halted == .failed("lb02: No such server."))
    }

    @Test func `no wave reaches over the border of a failure domain`() throws {
        let targets = try (0..<20).map { number in
            ProxyTarget(
                name: try name(number),
                runtime: .unix("x"),
                zone: number < 10 ? "a" : "b"
            )
        }
        var settings = RolloutSettings()
        settings.waves = [.count(1), .percent(75)]
        var rollout = Rollout(over: targets, settings: settings)
        #expect(try drain(&rollout) == [1, 9, 5, 5])
    }

    @Test func `a failure lets its wave end and holds the waves behind it`() throws {
        var rollout = try rollout(over: 4, waves: ["2"])
        #expect(rollout.next() == .apply(try names(1, 2)))
        rollout.report(failed: try ProxyName("lb01"))
        #expect(rollout.next() == .wait)
        rollout.report(confirmed: try ProxyName("lb02"))
        #expect(rollout.next() == .finished)
        #expect(rollout.held == (try names(3, 4)))
        #expect(rollout.isHalted)
    }

    @Test func `a failure in the last wave holds nothing`() throws {
        var rollout = try rollout(over: 2, waves: [])
        _ = rollout.next()
        rollout.report(failed: try ProxyName("lb01"))
        rollout.report(confirmed: try ProxyName("lb02"))
        #expect(rollout.next() == .finished)
        #expect(!rollout.isHalted)
    }

    @Test func `a failure domain is finished before the next one is touched`() throws {
        let targets = try [("lb1", "b"), ("lb2", "a"), ("lb3", "b"), ("lb4", "a")].map {
            name,
            zone in
            ProxyTarget(name: try ProxyName(name), runtime: .unix("x"), zone: zone)
        }
        var settings = RolloutSettings()
        settings.waves = [.percent(50)]
        var rollout = Rollout(over: targets, settings: settings)
        #expect(rollout.next() == .apply([try ProxyName("lb2"), try ProxyName("lb4")]))
    }

    @Test func `a halted rollout waits for what runs and starts nothing more`() throws {
        var rollout = try rollout(over: 3, waves: ["1"])
        #expect(rollout.next() == .apply(try names(1)))
        rollout.halt()
        #expect(rollout.next() == .wait)
        rollout.report(confirmed: try ProxyName("lb01"))
        #expect(rollout.next() == .finished)
        #expect(rollout.held.count == 2)
    }

    @Test func `nobody to change is finished at once`() throws {
        var rollout = try rollout(over: 0, waves: ["1"])
        #expect(rollout.next() == .finished)
    }

    private func names(_ numbers: Int...) throws -> [ProxyName] { try numbers.map(name) }

    private func name(_ number: Int) throws -> ProxyName {
        try ProxyName("lb\(number < 10 ? "0" : "")\(number)")
    }

    private func rollout(
        over count: Int,
        waves: [String],
        _ adjust: (inout RolloutSettings) -> Void = { _ in }
    ) throws -> Rollout {
        let targets = try (0..<count).map {
            ProxyTarget(name: try name($0 + 1), runtime: .unix("x"))
        }
        var settings = RolloutSettings()
        settings.waves = waves.compactMap { Quota($0) }
        adjust(&settings)
        return Rollout(over: targets, settings: settings)
    }

    /// Confirms everything at once; the sizes of what was started together.
    private func drain(_ rollout: inout Rollout) throws -> [Int] {
        var sizes: [Int] = []
        while case .apply(let batch) = rollout.next() {
            sizes.append(batch.count)
            for proxy in batch { rollout.report(confirmed: proxy) }
        }
        #expect(rollout.next() == .finished)
        return sizes
    }
}
