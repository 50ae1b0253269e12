/// A backend's consistent-hash ring, kept sorted while servers come, go and change weight.
///
/// Keys are HAProxy's (`src/lb_chash.c`, 2.6–2.9 and 3.3+): node j of a server is
/// `fullHash(id × 4096 + j)`, or begins from its address (`hash-key`), and a server has weight × 16 nodes. Nodes name seats; where a seat's server
/// stands, or that it left, is said beside the ring. So a server that leaves or returns costs nothing but
/// its seat, and nodes are merged in or swept out for many servers at once.
struct RingBuilder {
    /// A server as the ring sees it.
    struct Member: Hashable {
        let id: Int
        /// Where the keys of its nodes begin.
        let base: UInt32
        /// Sixteenths of its weight, so 16 times the weight unless it starts slowly.
        let nodeCount: Int

        init(id: Int, base: UInt32? = nil, nodeCount: Int) {
            self.id = id
            self.base = base ?? RingBuilder.base(id: id)
            self.nodeCount = nodeCount
        }

        init(id: Int, weight: Int) { self.init(id: id, nodeCount: weight * 16) }
    }

    private struct Seat {
        var id: Int
        var base: UInt32
        /// Nodes in the ring.
        var nodeCount: Int
        /// Nodes after the next rebuild.
        var wantedCount: Int
        /// Its server takes requests; without, lookups pass over its nodes.
        var isTaken: Bool
    }

    private(set) var ring = HashRing.empty
    private var seats: [Seat] = []
    private var seatOfID: [Int: Int] = [:]
    private var freeSeats: [Int] = []
    /// Seats whose number of nodes changes with the next rebuild.
    private var changed: [Int] = []
    /// Nodes of seats that nobody sits on.
    private var deadNodes = 0
    /// Where each seat's server stands; -1 for a seat nobody has.
    private(set) var places: [Int32] = []

    init() {}

    @inline(__always)
    static func key(base: UInt32, node: Int) -> UInt32 {
        HashKey.fullHash(base &+ UInt32(truncatingIfNeeded: node))
    }

    /// Where the keys of a server begin that is known by its id.
    static func base(id: Int) -> UInt32 { UInt32(truncatingIfNeeded: id) &* 4096 }

    // MARK: Who takes part

    /// Seats a server, or changes the weight of one that sits; returns its seat.
    mutating func seat(_ member: Member) -> Int {
        if let old = seatOfID[member.id], seats[old].base != member.base {
            // Its address is another one: its nodes stay behind, without anybody.
            leave(id: member.id)
            seatOfID[member.id] = nil
        }
        let seat = seatOfID[member.id] ?? takeSeat(for: member)
        if !seats[seat].isTaken { deadNodes -= seats[seat].nodeCount }
        seats[seat].isTaken = true
        if seats[seat].wantedCount != member.nodeCount {
            seats[seat].wantedCount = member.nodeCount
            changed.append(seat)
        }
        return seat
    }

    /// Lets a server leave; its nodes stay until they are swept out.
    mutating func leave(id: Int) {
        guard let seat = seatOfID[id], seats[seat].isTaken else { return }
        seats[seat].isTaken = false
        seats[seat].wantedCount = seats[seat].nodeCount
        deadNodes += seats[seat].nodeCount
        places[seat] = -1
    }

    /// Says where in the list of servers the one on this seat stands.
    mutating func place(seat: Int, at place: Int) { places[seat] = Int32(place) }

    private mutating func takeSeat(for member: Member) -> Int {
        let seat = freeSeats.popLast() ?? seats.count
        let id = member.id
        let taken = Seat(id: id, base: member.base, nodeCount: 0, wantedCount: 0, isTaken: true)
        if seat == seats.count {
            seats.append(taken)
            places.append(-1)
        } else {
            seats[seat] = taken
        }
        seatOfID[id] = seat
        return seat
    }

    // MARK: Nodes

    /// Makes the ring hold the nodes of everyone seated; answers whether it changed.
    mutating func rebuild(retired: inout [RetiredMemory]) -> Bool {
        if makesMostOfIt {
            remake(retired: &retired)
            return true
        }
        var removals: [UInt64] = []
        var additions: [UInt64] = []
        // At once: growing step by step would copy millions of nodes again and again.
        additions.reserveCapacity(
            changed.reduce(0) { $0 + max(0, seats[$1].wantedCount - seats[$1].nodeCount) }
        )
        for seat in changed {
            let (old, new) = (seats[seat].nodeCount, seats[seat].wantedCount)
            if new > old { append(old..<new, of: seat, to: &additions) }
            if new < old { append(new..<old, of: seat, to: &removals) }
            seats[seat].nodeCount = new
        }
        changed.removeAll(keepingCapacity: true)
        if isSweepDue(additions.count - removals.count) { sweep(&removals) }
        guard !removals.isEmpty || !additions.isEmpty else { return false }
        sort(&removals)
        sort(&additions)
        var merge = RingMerge(ring: ring, removals: removals, additions: additions)
        ring = merge.run(retired: &retired) { self.precedes($0, $1) }
        return true
    }

    /// So many nodes come or go that everything is made anew: a node that is merged in or taken out costs about
    /// as much as five that are made.
    private var makesMostOfIt: Bool {
        let (coming, going) = changed.reduce((0, 0)) { sums, seat in
            let difference = seats[seat].wantedCount - seats[seat].nodeCount
            return (sums.0 + max(0, difference), sums.1 + max(0, -difference))
        }
        let left = ring.count + coming - going - deadNodes
        // Dead nodes are swept out sooner or later, and here for nothing.
        let moved = coming + going + (isSweepDue(coming - going) ? deadNodes : 0)
        return moved > RingRemake.least && moved * 5 > left
    }

    /// Lookups walk over dead nodes, so there may be few of them.
    private func isSweepDue(_ growth: Int) -> Bool { deadNodes * 8 > ring.count + growth }

    /// Makes the ring of everyone seated from nothing.
    private mutating func remake(retired: inout [RetiredMemory]) {
        changed.removeAll(keepingCapacity: true)
        let free = Set(freeSeats)
        for seat in seats.indices where !free.contains(seat) {
            if !seats[seat].isTaken {
                if seatOfID[seats[seat].id] == seat { seatOfID[seats[seat].id] = nil }
                freeSeats.append(seat)
                seats[seat].wantedCount = 0
            }
            seats[seat].nodeCount = seats[seat].wantedCount
        }
        deadNodes = 0
        let old = ring
        let ids = seats.map(\.id)
        let made = RingRemake(
            servers: seats.map { .init(id: $0.id, base: $0.base, nodeCount: $0.nodeCount) }
        )
        ring = made.run { left, right in
            left.key != right.key
                ? left.key < right.key : ids[Int(left.server)] < ids[Int(right.server)]
        }
        retired.append(RetiredMemory(old.buckets, isBulk: true))
        retired.append(RetiredMemory(old.buckets.indices.map { old.buckets[$0] }))
    }

    private mutating func sweep(_ removals: inout [UInt64]) {
        let free = Set(freeSeats)
        for seat in seats.indices where !seats[seat].isTaken && !free.contains(seat) {
            append(0..<seats[seat].nodeCount, of: seat, to: &removals)
            if seatOfID[seats[seat].id] == seat { seatOfID[seats[seat].id] = nil }
            seats[seat].nodeCount = 0
            seats[seat].wantedCount = 0
            freeSeats.append(seat)
        }
        deadNodes = 0
    }

    private func append(_ range: Range<Int>, of seat: Int, to list: inout [UInt64]) {
        let base = seats[seat].base
        for node in range {
            list.append(UInt64(Self.key(base: base, node: node)) << 32 | UInt64(seat))
        }
    }

    /// By key; equal keys by the servers' ids.
    private func sort(_ words: inout [UInt64]) {
        KeySort.sort(&words)
        for index in words.indices.dropFirst() where words[index] >> 32 == words[index - 1] >> 32 {
            var place = index
            while place > 0, precedes(RingPoint(words[place]), RingPoint(words[place - 1])) {
                words.swapAt(place, place - 1)
                place -= 1
            }
        }
    }

    @inline(__always)
    private func precedes(_ left: RingPoint, _ right: RingPoint) -> Bool {
        if left.key != right.key { return left.key < right.key }
        return seats[Int(left.server)].id < seats[Int(right.server)].id
    }
}

extension RingPoint {
    /// Key above, seat below: as words they are sorted.
    @inline(__always)
    init(_ word: UInt64) {
        self.init(
            key: UInt32(truncatingIfNeeded: word >> 32),
            server: UInt32(truncatingIfNeeded: word)
        )
    }
}
