/// Why the loop should look again, or end; only a hint, for a pass depends on nothing but what it reads.
package enum Trigger: String, Hashable, Sendable, CaseIterable {
    case start, poll, push, stop
}
