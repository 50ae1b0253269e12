/// `show servers conn`: connections to each server; columns found by HAProxy's names of them.
package struct ServerConnTable: Hashable, Sendable {
    package var rows: [ServerConnRow]

    package init(rows: [ServerConnRow] = []) { self.rows = rows }

    /// Reads a table by the names in its header; `idle_per_thr[N]` takes the rest of the line.
    package static func parse(_ text: String) throws(TableError) -> Self {
        var reader = TableReader(text, of: "show servers conn")
        let columns = try reader.header()
        guard columns.first == "bkname/svname", columns.contains("bkid/svid") else {
            throw reader.error("the header lacks bkname/svname or bkid/svid")
        }
        var rows: [ServerConnRow] = []
        var words: [Range<Int>] = []
        while let line = reader.nextFilledLine() {
            reader.split(line, into: &words)
            guard words.count >= columns.count - 1 else {
                throw reader.error("\(words.count) columns where the header has \(columns.count)")
            }
            rows.append(try ServerConnRow(words, columns, reader))
        }
        return Self(rows: rows)
    }

    /// What HAProxy 3.0 prints on a process of `threads` threads.
    package func text(threads: Int) -> String {
        var writer = TableWriter(reserving: rows.count * 72 + 256)
        writer.write(
            """
            # bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est \
            unsafe_nb safe_nb idle_lim idle_cur idle_per_thr[\(threads)]

            """
        )
        for row in rows { row.write(to: &writer) }
        return writer.text
    }
}

/// One server of `show servers conn` (2.2–3.5).
package struct ServerConnRow: Hashable, Sendable {
    package var server: ServerReference
    package var backendID: Int
    package var serverID: Int
    /// Nil when the server's name is not resolved.
    package var address: String?
    package var port: Int = 0
    /// Milliseconds.
    package var purgeDelay: Int = 5000
    package var usedCurrent: Int = 0
    package var usedMax: Int = 0
    package var neededEstimate: Int = 0
    package var unsafeIdle: Int = 0
    package var safeIdle: Int = 0
    /// -1 for no limit.
    package var idleLimit: Int = -1
    package var idleCurrent: Int = 0
    /// One number a thread.
    package var idlePerThread: [Int] = []

    package init(server: ServerReference, backendID: Int, serverID: Int, address: String?) {
        self.server = server
        self.backendID = backendID
        self.serverID = serverID
        self.address = address
    }

    fileprivate init(
        _ words: [Range<Int>],
        _ columns: [String],
        _ reader: TableReader
    ) throws(TableError) {
        let (backend, server) = try Self.pair(words[0], reader)
        self.init(
            server: ServerReference(backend: reader.string(backend), server: reader.string(server)),
            backendID: 0,
            serverID: 0,
            address: nil
        )
        for (index, column) in columns.enumerated().dropFirst() {
            if column.hasPrefix("idle_per_thr") {
                for word in words.dropFirst(index) {
                    idlePerThread.append(try reader.integer(word))
                }
            } else {
                guard index < words.count else {
                    throw reader.error("the line ends before \(column)")
                }
                try read(column, words[index], reader)
            }
        }
    }

    private mutating func read(
        _ column: String,
        _ word: Range<Int>,
        _ reader: TableReader
    ) throws(TableError) {
        switch column {
        case "bkid/svid":
            let (backend, server) = try Self.pair(word, reader)
            backendID = try reader.integer(backend)
            serverID = try reader.integer(server)
        case "addr": address = reader.optional(word)
        case "port": port = try reader.integer(word)
        case "purge_delay": purgeDelay = try reader.integer(word)
        case "used_cur": usedCurrent = try reader.integer(word)
        case "used_max": usedMax = try reader.integer(word)
        case "need_est": neededEstimate = try reader.integer(word)
        case "unsafe_nb": unsafeIdle = try reader.integer(word)
        case "safe_nb": safeIdle = try reader.integer(word)
        case "idle_lim": idleLimit = try reader.integer(word)
        case "idle_cur": idleCurrent = try reader.integer(word)
        default: break
        }
    }

    private static func pair(
        _ word: Range<Int>,
        _ reader: TableReader
    ) throws(TableError) -> (Range<Int>, Range<Int>) {
        guard let slash = reader.firstIndex(of: UInt8(ascii: "/"), in: word) else {
            throw reader.error("'\(reader.string(word))' has no '/'")
        }
        return (word.lowerBound..<slash, slash + 1..<word.upperBound)
    }

    fileprivate func write(to writer: inout TableWriter) {
        writer.writeWord("\(server)")
        writer.writeWord("\(backendID)/\(serverID)")
        writer.writeWord(address)
        writer.writeWord(port)
        writer.writeWord(nil)
        for number in [
            purgeDelay, usedCurrent, usedMax, neededEstimate, unsafeIdle, safeIdle, idleLimit,
            idleCurrent,
        ] + idlePerThread {
            writer.writeWord(number)
        }
        writer.endLine()
    }
}
