/// The part of `show servers state` and `show stat` that tells what one backend's servers are, as bytes.
///
/// Two backends with equal signatures are observed alike: left out is only what changes by itself and decides
/// nothing, such as counters and the time since a state changed. So whoever has built an object from a
/// signature need not parse the rows again.
package struct ServerSignature: Sendable {
    /// Name and id of the backend, then what each of its servers shows.
    package fileprivate(set) var bytes: [UInt8]
    /// The rows in `show servers state` and in `show stat`, as bytes of these.
    package fileprivate(set) var stateRows: Range<Int>
    package fileprivate(set) var statRows: Range<Int>

    /// Signatures of all backends that have servers, in order; nil when the tables are not laid out as usual.
    ///
    /// Usual is what HAProxy 2.4 to 3.5 and apus-proxy print: the same servers in the same order in both.
    package static func all(state: [UInt8], stat: [UInt8]) -> [Self]? {
        var scan = SignatureScan(state: state, stat: stat)
        return scan.run() ? scan.signatures : nil
    }

    /// The header of `show servers state`, to be put before the rows of one backend.
    package static func stateHeader(of bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes[..<SignatureScan.endOfLine(bytes.span, SignatureScan.endOfLine(bytes.span, 0))]
    }

    /// The header of `show stat`.
    package static func statHeader(of bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes[..<SignatureScan.endOfLine(bytes.span, 0)]
    }
}

/// One walk over both tables, row by row.
private struct SignatureScan {
    private static let columns = ServerStateRow.Column.allCases
    private static let stateHeader =
        Array("1\n# \(columns.map(\.rawValue).joined(separator: " "))\n".utf8)

    /// Positions of columns in `show servers state`.
    private enum Place {
        static let backend = 0
        static let backendName = 1
        static let server = 2
        static let serverName = 3
        static let address = 4
        static let timeSinceChange = 9
        static let checkResult = 11
        static let checkBits = 13
        static let agentBits = 14
        static let backendForcedID = 15
    }

    let state: [UInt8]
    let stat: [UInt8]
    private(set) var signatures: [ServerSignature] = []
    /// The signature of the current backend, and its rows so far.
    private var bytes: [UInt8] = []
    private var rows: (state: Range<Int>, stat: Range<Int>)?
    /// Where the columns of the current row begin; the last one is behind the end of the line.
    private var starts = Array(repeating: 0, count: columns.count + 1)
    /// Where the columns of interest of the current row of `show stat` begin and end.
    private var cells: [Range<Int>] = []
    private var limitColumn = 0
    private var backupColumn = 0

    init(state: [UInt8], stat: [UInt8]) {
        self.state = state
        self.stat = stat
    }

    mutating func run() -> Bool {
        guard state.starts(with: Self.stateHeader), readStatHeader() else { return false }
        // Held apart, so that reading one does not stand in the way of writing down where columns begin.
        let (state, stat) = (state, stat)
        var row = Self.stateHeader.count
        var other = Self.endOfLine(stat.span, 0)
        while row < state.count {
            if state[row] == UInt8(ascii: "\n") {
                row += 1
                continue
            }
            let end = Self.split(state.span, from: row, into: &starts)
            guard end > row else { return false }
            let next = Self.cells(stat.span, from: other, count: backupColumn + 1, into: &cells)
            guard next > other, isSameServer else { return false }
            add(row..<end, other..<next)
            (row, other) = (end, next)
        }
        finish()
        return stat[other...].allSatisfy { $0 == UInt8(ascii: "\n") }
    }

    private mutating func readStatHeader() -> Bool {
        let end = Self.endOfLine(stat.span, 0)
        guard end > 2, stat.starts(with: "# pxname,svname,".utf8) else { return false }
        let names = stat[2..<end].split(
            separator: UInt8(ascii: ","),
            omittingEmptySubsequences: false
        )
        guard let limit = names.firstIndex(where: { $0.elementsEqual("slim".utf8) }),
            let backup = names.firstIndex(where: { $0.elementsEqual("bck".utf8) }), limit < backup
        else { return false }
        (limitColumn, backupColumn) = (limit, backup)
        return true
    }

    private var isSameServer: Bool {
        state[column(Place.backendName)].elementsEqual(stat[cells[0]])
            && state[column(Place.serverName)].elementsEqual(stat[cells[1]])
    }

    private func column(_ index: Int) -> Range<Int> { starts[index]..<starts[index + 1] - 1 }

    private mutating func add(_ row: Range<Int>, _ other: Range<Int>) {
        let head = state[starts[Place.backend]..<starts[Place.server]]
        if rows == nil || !bytes.starts(with: head) {
            finish()
            rows = (row, other)
            bytes.reserveCapacity(1 << 16)
            bytes += head
        }
        rows = rows.map { known in
            (
                known.state.lowerBound..<row.upperBound,
                known.stat.lowerBound..<other.upperBound
            )
        }
        bytes += state[starts[Place.server]..<starts[Place.timeSinceChange]]
        // A check that is under way and the count of those that passed say nothing yet.
        bytes.append(UInt8(truncatingIfNeeded: number(Place.checkResult) >= 3 ? 1 : 0))
        bytes.append(UInt8(truncatingIfNeeded: number(Place.checkBits) & ~1))
        bytes.append(UInt8(truncatingIfNeeded: number(Place.agentBits) & ~1))
        bytes += state[starts[Place.backendForcedID]..<row.upperBound]
        bytes += stat[cells[limitColumn]]
        bytes.append(UInt8(ascii: ","))
        bytes += stat[cells[backupColumn]]
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Puts the current backend's signature away.
    private mutating func finish() {
        guard let known = rows else { return }
        signatures.append(
            ServerSignature(bytes: bytes, stateRows: known.state, statRows: known.stat)
        )
        bytes = []
        rows = nil
    }

    private func number(_ index: Int) -> Int {
        var number = 0
        for byte in state[column(index)] {
            number = number &* 10 &+ Int(byte &- UInt8(ascii: "0"))
        }
        return number
    }

    /// Notes where columns begin; gives the start of the next line, or 0 when there are not as many.
    private static func split(
        _ bytes: Span<UInt8>,
        from start: Int,
        into starts: inout [Int]
    ) -> Int {
        var index = start
        var column = 0
        starts[0] = start
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte > UInt8(ascii: " ") { continue }
            column += 1
            guard column < starts.count else { return 0 }
            starts[column] = index
            if byte == UInt8(ascii: "\n") { return column == starts.count - 1 ? index : 0 }
        }
        // The end of a reply may lack its line end.
        guard column == starts.count - 2 else { return 0 }
        starts[column + 1] = index + 1
        return index
    }

    /// Notes the first cells; gives the start of the next line, or 0 when there are too few or quoted ones.
    private static func cells(
        _ bytes: Span<UInt8>,
        from start: Int,
        count: Int,
        into cells: inout [Range<Int>]
    ) -> Int {
        cells.removeAll(keepingCapacity: true)
        var index = start
        var first = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: ",") {
                cells.append(first..<index)
                first = index + 1
                if cells.count == count { return endOfLine(bytes, index) }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n") {
                return 0
            }
            index += 1
        }
        return 0
    }

    /// Where the line after the one at `start` begins.
    static func endOfLine(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        var index = start
        while index < bytes.count {
            index += 1
            if bytes[index - 1] == UInt8(ascii: "\n") { break }
        }
        return index
    }
}
