/// One deadline for each of a fixed number of timers, cheap to move forward: a request moves several.
///
/// A single wheel of 4 ms steps. Moving a deadline later only writes it down; the wheel finds out when it
/// comes to the old place, and deadlines beyond its horizon (16 s) come round again. So a timer fires up to
/// one step late and never early. Pure: time is what `advance` is told.
package struct TimerWheel: ~Copyable {
    package static let step: Int64 = 4
    private static let places = 4096

    private struct Timer: BitwiseCopyable {
        /// Milliseconds; 0 for none.
        var deadline: Int64
        /// Place in the wheel plus one; 0 when not in it.
        var place: Int32
        /// Neighbours plus one; 0 for none.
        var next: Int32
        var previous: Int32
    }

    private let timers: RawTable<Timer>
    /// First timer of each place, plus one.
    private let heads: RawTable<Int32>
    /// Bit by bit, the places that hold timers.
    private let occupied: RawTable<UInt64>
    /// The last step that was looked at.
    private var step: Int64
    /// The timer to look at next in the place being emptied, plus one.
    private var inPlace = 0

    package init(capacity: Int, now: Int64) {
        timers = RawTable(zeroed: capacity)
        heads = RawTable(zeroed: Self.places)
        occupied = RawTable(zeroed: Self.places / 64)
        step = now / Self.step
    }

    deinit {
        timers.free()
        heads.free()
        occupied.free()
    }

    /// Sets or moves the deadline of a timer.
    @inline(__always)
    package mutating func set(_ timer: Int, deadline: Int64) {
        timers[timer].deadline = max(1, deadline)
        let place = timers[timer].place
        if place != 0 {
            let wanted = targetStep(deadline)
            let current = step + (Int64(place - 1) - step) & Int64(Self.places - 1)
            if current <= wanted { return }
            unlink(timer)
        }
        link(timer)
    }

    /// Forgets the deadline; the wheel drops the timer when it comes by.
    @inline(__always)
    package mutating func clear(_ timer: Int) { timers[timer].deadline = 0 }

    /// Takes the timer out at once, because its number is going to be used for something else.
    @inline(__always)
    package mutating func remove(_ timer: Int) {
        timers[timer].deadline = 0
        if timers[timer].place != 0 { unlink(timer) }
    }

    /// When a timer expires; 0 when it never does.
    package func deadline(of timer: Int) -> Int64 { timers[timer].deadline }

    /// The next timer whose deadline has passed, or nil when all those have been returned; call until nil.
    package mutating func expire(now: Int64) -> Int? {
        let last = now / Self.step
        while true {
            let place = Int(step & Int64(Self.places - 1))
            while heads[place] != 0 {
                let timer = Int(heads[place] - 1)
                unlink(timer)
                let deadline = timers[timer].deadline
                if deadline == 0 { continue }
                if deadline <= now {
                    timers[timer].deadline = 0
                    return timer
                }
                if targetStep(deadline) == step {
                    // Due within this very step, but not yet: look again when the step has passed.
                    timers[timer].deadline = max(deadline, (step + 1) * Self.step)
                }
                link(timer)
            }
            if step >= last { return nil }
            step += 1
        }
    }

    /// How long nothing will expire, at most `limit` milliseconds; a lower bound.
    package func delay(now: Int64, limit: Int64) -> Int64 {
        let start = Int(step & Int64(Self.places - 1))
        var distance = 0
        while distance < Self.places {
            let place = (start + distance) & (Self.places - 1)
            let word = occupied[place / 64] >> UInt64(place % 64)
            if word != 0 {
                let due = (step + Int64(distance + word.trailingZeroBitCount)) * Self.step
                return min(limit, max(0, due - now) + (due > now ? 0 : 1))
            }
            distance += 64 - place % 64
            if Int64(distance) * Self.step > limit + Self.step { break }
        }
        return limit
    }

    @inline(__always)
    private func targetStep(_ deadline: Int64) -> Int64 {
        // Rounded up, so that nothing fires early; at most once round.
        let wanted = (deadline + Self.step - 1) / Self.step
        return min(max(wanted, step), step + Int64(Self.places) - 1)
    }

    private mutating func link(_ timer: Int) {
        let place = Int(targetStep(timers[timer].deadline) & Int64(Self.places - 1))
        let first = heads[place]
        timers[timer].place = Int32(place + 1)
        timers[timer].previous = 0
        timers[timer].next = first
        if first != 0 { timers[Int(first - 1)].previous = Int32(timer + 1) }
        heads[place] = Int32(timer + 1)
        occupied[place / 64] |= 1 << UInt64(place % 64)
    }

    private mutating func unlink(_ timer: Int) {
        let (place, next, previous) = (
            timers[timer].place, timers[timer].next, timers[timer].previous
        )
        if next != 0 { timers[Int(next - 1)].previous = previous }
        if previous != 0 {
            timers[Int(previous - 1)].next = next
        } else {
            heads[Int(place - 1)] = next
            if next == 0 { occupied[Int(place - 1) / 64] &= ~(1 << UInt64((place - 1) % 64)) }
        }
        timers[timer].place = 0
        timers[timer].next = 0
        timers[timer].previous = 0
    }
}
