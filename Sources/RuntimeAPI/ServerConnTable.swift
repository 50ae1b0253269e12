/// `show servers conn`: connections to each server; column names as HAProxy prints them.
package struct ServerConnTable: Hashable, Sendable {
    package var rows: [ServerConnRow]

    package init(rows: [ServerConnRow] = []) { self.rows = rows }
}

/// One server of `show servers conn` (2.2–3.5).
package struct ServerConnRow: Hashable, Sendable {
    package var server: ServerReference
    package var backendID: Int
    package var serverID: Int
    package var address: String
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

    package init(server: ServerReference, backendID: Int, serverID: Int, address: String) {
        self.server = server
        self.backendID = backendID
        self.serverID = serverID
        self.address = address
    }
}
