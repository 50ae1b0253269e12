import Model

/// `slowstart`: a server that came up gets its weight in steps (`server_recalc_eweight`, HAProxy 2.6).
extension ServerRecord {
    /// HAProxy's `BE_WEIGHT_SCALE`.
    static let fullWarmth = 16

    /// The weight in sixteenths, as algorithms use it that can follow its changes.
    var scaledWeight: Int { weight * warmth }

    /// Requests at a time while it starts (`srv_dynamic_maxconn`); 0 for any number.
    func currentMaxconn(now: Milliseconds) -> Int {
        guard operational == .starting, maxconn > 0 else { return maxconn }
        return max(1, maxconn * share(now: now) / 100)
    }

    /// What `show stat` calls `throttle`: percent of the weight; nil for one that does not start.
    var throttle: Int? {
        guard operational == .starting, !isDraining, !isInMaintenance else { return nil }
        return (100 * warmth + Self.fullWarmth - 1) / Self.fullWarmth
    }

    /// Percent of the way to its whole weight.
    func share(now: Milliseconds) -> Int {
        slowstart == 0 ? 100 : min(100, max(0, 100 * (now.count - lastChange.count) / slowstart))
    }

    /// Goes on with starting; answers whether its weight or its limit is another one now.
    func warmUp(now: Milliseconds) -> Bool {
        guard operational == .starting else { return false }
        let elapsed = now.count - lastChange.count
        guard elapsed < slowstart else {
            operational = .running
            warmth = Self.fullWarmth
            return true
        }
        let step = max(0, elapsed) * Self.fullWarmth / slowstart + 1
        defer { warmth = step }
        return step != warmth
    }
}
