/// A backend's consistent-hash ring, kept sorted while servers come, go and change weight.
///
/// Keys are HAProxy's (`src/lb_chash.c`, 2.6–2.9 and 3.3+): node j of a server is
/// `fullHash(id × 4096 + j)`, and a server has weight × 16 nodes. A change costs one merge over the ring,
/// whatever the number of servers that changed.
struct RingBuilder {
    /// A server as the ring sees it.
    struct Member: Hashable {
        let id: Int
        let weight: Int

        var nodeCount: Int { weight * 16 }
    }

    /// Key in the high half, seat in the low half; sorted by key, equal keys by the server's id.
    private(set) var nodes: [UInt64] = []
    private var seats: [Int: UInt32] = [:]
    private var members: [Int: Member] = [:]
    /// Id by seat; seats are used again.
    private var ids: [Int] = []
    private var freeSeats: [UInt32] = []

    init() {}

    static func key(id: Int, node: Int) -> UInt32 {
        HashKey.fullHash(UInt32(truncatingIfNeeded: id) &* 4096 &+ UInt32(truncatingIfNeeded: node))
    }

    /// Makes the ring hold exactly these servers; answers whether anything changed.
    mutating func update(to wanted: [Member]) -> Bool {
        var removals: [UInt64] = []
        var additions: [UInt64] = []
        var left: [UInt32] = []
        let wantedIDs = Set(wanted.map(\.id))
        for id in members.keys.sorted() where !wantedIDs.contains(id) {
            guard let member = members.removeValue(forKey: id),
                let seat = seats.removeValue(forKey: id)
            else { continue }
            Self.append(0..<member.nodeCount, of: id, seat: seat, to: &removals)
            left.append(seat)
        }
        for member in wanted {
            let old = members[member.id]?.nodeCount ?? 0
            guard old != member.nodeCount else { continue }
            let seat = seats[member.id] ?? takeSeat(for: member.id)
            if member.nodeCount > old {
                Self.append(old..<member.nodeCount, of: member.id, seat: seat, to: &additions)
            } else {
                Self.append(member.nodeCount..<old, of: member.id, seat: seat, to: &removals)
            }
            members[member.id] = member
        }
        guard !removals.isEmpty || !additions.isEmpty else { return false }
        merge(removing: sorted(removals), adding: sorted(additions))
        freeSeats += left
        return true
    }

    /// The ring for readers, with each server's place in a list given by id.
    func points(places: [Int: UInt32]) -> RawArray<RingPoint> {
        let placeOfSeat = ids.map { places[$0] ?? 0 }
        return RawArray.make(
            nodes.map {
                RingPoint(key: UInt32($0 >> 32), server: placeOfSeat[Int($0 & 0xffff_ffff)])
            }
        )
    }

    private mutating func takeSeat(for id: Int) -> UInt32 {
        if let seat = freeSeats.popLast() {
            ids[Int(seat)] = id
            seats[id] = seat
            return seat
        }
        let seat = UInt32(ids.count)
        ids.append(id)
        seats[id] = seat
        return seat
    }

    private static func append(
        _ range: Range<Int>,
        of id: Int,
        seat: UInt32,
        to list: inout [UInt64]
    ) {
        for node in range { list.append(UInt64(key(id: id, node: node)) << 32 | UInt64(seat)) }
    }

    /// By key with counting passes, because a server at weight 100 brings 1,600 nodes; then equal keys by id.
    private func sorted(_ list: [UInt64]) -> [UInt64] {
        var current = list
        var other = list
        for shift in [32, 43, 54] as [UInt64] {
            var starts = [Int](repeating: 0, count: 2049)
            for node in current { starts[Int(node >> shift & 2047) + 1] += 1 }
            for digit in 1..<2049 { starts[digit] += starts[digit - 1] }
            for node in current {
                let digit = Int(node >> shift & 2047)
                other[starts[digit]] = node
                starts[digit] += 1
            }
            swap(&current, &other)
        }
        for index in current.indices.dropFirst()
        where current[index] >> 32 == current[index - 1] >> 32 {
            var place = index
            while place > 0, precedes(current[place], current[place - 1]) {
                current.swapAt(place, place - 1)
                place -= 1
            }
        }
        return current
    }

    private func precedes(_ left: UInt64, _ right: UInt64) -> Bool {
        if left >> 32 != right >> 32 { return left >> 32 < right >> 32 }
        return ids[Int(left & 0xffff_ffff)] < ids[Int(right & 0xffff_ffff)]
    }

    private mutating func merge(removing removals: [UInt64], adding additions: [UInt64]) {
        var merged: [UInt64] = []
        merged.reserveCapacity(nodes.count + additions.count - removals.count)
        var removed = 0
        var added = 0
        for node in nodes {
            if removed < removals.count, removals[removed] == node {
                removed += 1
                continue
            }
            while added < additions.count, precedes(additions[added], node) {
                merged.append(additions[added])
                added += 1
            }
            merged.append(node)
        }
        merged += additions[added...]
        precondition(removed == removals.count, "every node that leaves was in the ring")
        nodes = merged
    }
}
