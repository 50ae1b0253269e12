/// Decides when a server is up, from the history of its checks.
///
/// HAProxy's counter (`src/check.c`, 2.6–3.5): below `rise` the server is down, at or above it up, and
/// `rise + fall - 1` is full health. So one lost packet never moves traffic.
package struct HealthHistory: Hashable, Sendable {
    package let rise: Int
    package let fall: Int
    /// 0 to `rise + fall - 1`; `srv_check_health` of `show servers state`.
    package private(set) var health: Int

    /// A history without checks, at a given health.
    package init(rise: Int, fall: Int, health: Int) {
        precondition(rise > 0 && fall > 0, "rise and fall are positive; see ServerArguments")
        self.rise = rise
        self.fall = fall
        self.health = min(max(health, 0), rise + fall - 1)
    }

    package var isUp: Bool { health >= rise }
    package var isFull: Bool { health == rise + fall - 1 }

    /// Counts one check; a server that becomes up is at full health at once, one that falls starts from nothing.
    package mutating func record(isPassed: Bool) {
        if isPassed {
            guard !isFull else { return }
            health += 1
            if isUp { health = rise + fall - 1 }
        } else if health > rise {
            health -= 1
        } else {
            health = 0
        }
    }

    /// Up, but the next failure brings it down: what a server is that just left maintenance.
    package mutating func startOver() { health = rise }

    /// One failure away from where `rise` is counted anew (`on-error sudden-death`).
    package mutating func weaken() { if health > rise { health = rise + 1 } }

    /// `set server … health up`.
    package mutating func forceUp() { health = rise + fall - 1 }

    /// `set server … health down`.
    package mutating func forceDown() { health = 0 }
}
