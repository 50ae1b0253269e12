import Model

/// When each certificate is renewed: at two thirds of its life or as its authority says, and never many at once.
///
/// A value without I/O. Moments are seconds since 1970. Renewals are counted by the hour; an hour that has its
/// share is full, and the renewal moves to an earlier one, down to a sixth of the life. So a set that was issued
/// on one day is spread once and stays spread; a single certificate is renewed at two thirds exactly. What is
/// overdue is begun at a rate that is bounded as well, soonest to expire first.
package struct RenewalSchedule: Sendable {
    /// What the schedule has to know of one certificate.
    package struct Validity: Hashable, Sendable {
        package let notBefore: Int
        package let notAfter: Int

        package init(notBefore: Int, notAfter: Int) {
            self.notBefore = notBefore
            self.notAfter = notAfter
        }

        package var life: Int { max(1, notAfter - notBefore) }
    }

    private struct Entry {
        let validity: Validity
        let renewAt: Int
    }

    private static let slot = 3600

    private var entries: [String: Entry] = [:]
    /// Renewals planned, by hours since 1970, and those hours in order.
    private var planned: [Int: Set<String>] = [:]
    private var hours: [Int] = []
    /// Renewals begun, by hours since 1970; of the last two hours only.
    private var begun: [Int: Int] = [:]
    /// The renewals of an hour if all were spread evenly, times its seconds, kept as a sum over certificates.
    private var rate = 0.0

    package init() {}

    /// Renewals in an hour when they are spread evenly.
    package var mean: Double { rate * Double(Self.slot) }

    /// Planned renewals that an hour takes, before an earlier one is looked for: a quarter above the mean.
    package var share: Int { max(1, Int((mean * 1.25).rounded(.up))) }

    /// Renewals that may begin in an hour, also after an outage: below twice the mean.
    package var ceiling: Int { max(share, Int((mean * 1.9).rounded(.down))) }

    /// When the certificate is renewed; nil when it is not known.
    package func renewal(of name: String) -> Int? { entries[name]?.renewAt }

    /// Plans the renewal of a certificate that was issued, and returns its moment.
    ///
    /// The certificate's own share of the mean is counted before, so `plan` all of a set and then `spread` it when
    /// a whole store is read. An authority's window (RFC 9773) goes before two thirds of the life.
    @discardableResult
    package mutating func plan(
        _ name: String,
        _ validity: Validity,
        window: RenewalWindow? = nil,
        at now: Int
    ) -> Int {
        forget(name)
        rate += Self.rate(of: validity)
        let moment = place(name, validity, window: window, at: now)
        insert(name, Entry(validity: validity, renewAt: moment))
        return moment
    }

    /// Takes over a moment that was planned before a restart.
    package mutating func resume(_ name: String, _ validity: Validity, renewAt: Int) {
        forget(name)
        rate += Self.rate(of: validity)
        insert(name, Entry(validity: validity, renewAt: renewAt))
    }

    /// The certificate is not wanted any more.
    package mutating func forget(_ name: String) {
        guard let entry = entries.removeValue(forKey: name) else { return }
        rate = max(0, rate - Self.rate(of: entry.validity))
        let slot = entry.renewAt / Self.slot
        planned[slot]?.remove(name)
        guard planned[slot]?.isEmpty == true else { return }
        planned[slot] = nil
        hours.remove(at: position(of: slot))
    }

    /// The names whose time has come and that may begin now, soonest to expire first; `isHeld` leaves names out.
    ///
    /// What has less than a sixth of its life left begins in any hour.
    package func due(at now: Int, unless isHeld: (String) -> Bool = { _ in false }) -> [String] {
        var late: [(notAfter: Int, name: String, isUrgent: Bool)] = []
        for hour in hours.prefix(while: { $0 <= now / Self.slot }) {
            for name in planned[hour] ?? [] where !isHeld(name) {
                guard let entry = entries[name], entry.renewAt <= now else { continue }
                let validity = entry.validity
                let isUrgent = validity.notAfter - now < validity.life / 6
                late.append((validity.notAfter, name, isUrgent))
            }
        }
        late.sort { ($0.notAfter, $0.name) < ($1.notAfter, $1.name) }
        let left = max(0, ceiling - (begun[now / Self.slot] ?? 0))
        return late.enumerated().filter { $0.offset < left || $0.element.isUrgent }
            .map(\.element.name)
    }

    /// A renewal begins; it counts in its hour, however it ends.
    package mutating func begin(at now: Int) {
        let slot = now / Self.slot
        begun = begun.filter { $0.key >= slot - 1 }
        begun[slot, default: 0] += 1
    }

    /// The next moment at which `due` may say something new; nil when nothing is planned.
    package func next(after now: Int) -> Int? {
        guard let hour = hours.first else { return nil }
        let first = planned[hour]?.compactMap { entries[$0]?.renewAt }.min() ?? hour * Self.slot
        if first > now { return first }
        // Something is due now: either it may begin, or the hour is full.
        return (begun[now / Self.slot] ?? 0) < ceiling ? now : (now / Self.slot + 1) * Self.slot
    }

    private mutating func insert(_ name: String, _ entry: Entry) {
        entries[name] = entry
        let hour = entry.renewAt / Self.slot
        if planned[hour] == nil { hours.insert(hour, at: position(of: hour)) }
        planned[hour, default: []].insert(name)
    }

    /// Where the hour stands, or would stand, among those in order.
    private func position(of hour: Int) -> Int {
        var range = hours.startIndex..<hours.endIndex
        while let middle = range.isEmpty ? nil : range.lowerBound + range.count / 2 {
            range = hours[middle] < hour ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }

    private static func rate(of validity: Validity) -> Double { 1.5 / Double(validity.life) }

    /// The latest hour with room in the window, or between a sixth and two thirds of the life.
    private func place(
        _ name: String,
        _ validity: Validity,
        window: RenewalWindow?,
        at now: Int
    ) -> Int {
        let latest: Int
        let earliest: Int
        if let window {
            // A window that is over means: now (RFC 9773 §4.2).
            guard window.end > now else { return now }
            (earliest, latest) = (max(window.start, now), window.end - 1)
        } else {
            latest = validity.notBefore + validity.life / 3 * 2
            earliest = validity.notBefore + validity.life / 6
        }
        guard latest > now else { return now }
        let share = share
        let last = latest / Self.slot
        let first = max(earliest, now) / Self.slot
        var best = last
        for slot in stride(from: last, through: first, by: -1) {
            let found = planned[slot]?.count ?? 0
            if found < share {
                best = slot
                break
            }
            if found < planned[best]?.count ?? 0 { best = slot }
        }
        guard best != last || window != nil else { return latest }
        // The minute within the hour is the name's own, so that an hour's renewals are spread too.
        let minute = Int(StableHash.of(name) % UInt64(Self.slot))
        return min(max(best * Self.slot + minute, max(earliest, now)), latest)
    }
}
