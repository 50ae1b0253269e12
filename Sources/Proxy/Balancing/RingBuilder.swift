/// A backend's consistent-hash ring, kept sorted while servers come, go and change weight.
///
/// Keys are HAProxy's (`src/lb_chash.c`, 2.6–2.9 and 3.3+): node j of a server is
/// `fullHash(id × 4096 + j)`, and a server has weight × 16 nodes. Nodes name seats; where a seat's server
/// stands, or that it left, is said beside the ring. So a server that leaves or returns costs nothing but
/// its seat, and nodes are merged in or swept out for many servers at once.
struct RingBuilder {
    /// A server as the ring sees it.
    struct Member: Hashable {
        let id: Int
        let weight: Int

        var nodeCount: Int { weight * 16 }
    }

    private struct Seat {
        var id: Int
        var nodeCount: Int
        /// Its server takes requests; without, lookups pass over its nodes.
        var isTaken: Bool
    }

    /// Sorted by key, equal keys by the server's id; `server` is a seat.
    private(set) var nodes: [RingPoint] = []
    private var seats: [Seat] = []
    private var seatOfID: [Int: Int] = [:]
    private var freeSeats: [Int] = []
    private var deadNodes = 0

    init() {}

    static func key(id: Int, node: Int) -> UInt32 {
        HashKey.fullHash(
            UInt32(truncatingIfNeeded: id) &* 4096 &+ UInt32(truncatingIfNeeded: node)
        )
    }

    /// Makes lookups find exactly these servers; answers whether `nodes` changed.
    mutating func update(to wanted: [Member]) -> Bool {
        var removals: [RingPoint] = []
        var additions: [RingPoint] = []
        for seat in seats.indices { seats[seat].isTaken = false }
        for member in wanted {
            let seat = seatOfID[member.id] ?? takeSeat(for: member.id)
            let old = seats[seat].nodeCount
            seats[seat].isTaken = true
            seats[seat].nodeCount = member.nodeCount
            if member.nodeCount > old {
                append(old..<member.nodeCount, of: seat, to: &additions)
            } else if member.nodeCount < old {
                append(member.nodeCount..<old, of: seat, to: &removals)
            }
        }
        let left = seats.indices.filter { !seats[$0].isTaken && seats[$0].nodeCount > 0 }
        deadNodes = left.reduce(0) { $0 + seats[$1].nodeCount }
        // Lookups walk over dead nodes, so there may be few of them; a merge sweeps them out in passing.
        let isSweeping = !additions.isEmpty || !removals.isEmpty || deadNodes * 8 > nodes.count
        guard isSweeping, !left.isEmpty || !additions.isEmpty || !removals.isEmpty else {
            return false
        }
        for seat in left { append(0..<seats[seat].nodeCount, of: seat, to: &removals) }
        merge(removing: sorted(removals), adding: sorted(additions))
        for seat in left {
            seatOfID[seats[seat].id] = nil
            seats[seat].nodeCount = 0
            freeSeats.append(seat)
        }
        deadNodes = 0
        return true
    }

    /// The place of each seat's server in a list given by id; -1 for a seat nobody has.
    func places(_ placeOfID: [Int: Int32]) -> [Int32] {
        seats.map { $0.isTaken ? placeOfID[$0.id] ?? -1 : -1 }
    }

    private mutating func takeSeat(for id: Int) -> Int {
        let seat = freeSeats.popLast() ?? seats.count
        let taken = Seat(id: id, nodeCount: 0, isTaken: true)
        if seat == seats.count { seats.append(taken) } else { seats[seat] = taken }
        seatOfID[id] = seat
        return seat
    }

    private func append(_ range: Range<Int>, of seat: Int, to list: inout [RingPoint]) {
        let id = seats[seat].id
        for node in range {
            list.append(RingPoint(key: Self.key(id: id, node: node), server: UInt32(seat)))
        }
    }

    /// By key with counting passes, because a server at weight 100 brings 1,600 nodes; then equal keys by id.
    private func sorted(_ list: [RingPoint]) -> [RingPoint] {
        guard list.count > 1 else { return list }
        var current = list
        var other = list
        for shift in [0, 11, 22] as [UInt32] {
            var starts = [Int](repeating: 0, count: 2049)
            for node in current { starts[Int((node.key >> shift) & 2047) + 1] += 1 }
            for digit in 1..<2049 { starts[digit] += starts[digit - 1] }
            for node in current {
                let digit = Int((node.key >> shift) & 2047)
                other[starts[digit]] = node
                starts[digit] += 1
            }
            swap(&current, &other)
        }
        for index in current.indices.dropFirst() where current[index].key == current[index - 1].key
        {
            var place = index
            while place > 0, precedes(current[place], current[place - 1]) {
                current.swapAt(place, place - 1)
                place -= 1
            }
        }
        return current
    }

    @inline(__always)
    private func precedes(_ left: RingPoint, _ right: RingPoint) -> Bool {
        if left.key != right.key { return left.key < right.key }
        return seats[Int(left.server)].id < seats[Int(right.server)].id
    }

    private mutating func merge(removing removals: [RingPoint], adding additions: [RingPoint]) {
        var merged: [RingPoint] = []
        merged.reserveCapacity(nodes.count + additions.count - removals.count)
        var removed = 0
        var added = 0
        for node in nodes {
            if removed < removals.count, removals[removed].key == node.key,
                removals[removed].server == node.server
            {
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
