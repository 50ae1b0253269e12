/// Deadlines and bounds of talking to one proxy.
package struct FleetLimits: Hashable, Sendable {
    package var connect = Duration.seconds(3)
    /// How long a proxy may be silent while a reply is due.
    package var reply = Duration.seconds(10)
    /// For all replies of one batch of commands; tables of 100,000 servers take their time.
    package var batchReplies = Duration.seconds(120)
    /// How long one pass waits for sessions to end; a server that still has some stays in maint, and a
    /// later pass deletes it.
    package var removalPatience = Duration.seconds(5)
    /// First and longest pause between two looks at something awaited.
    package var pollFirst = Duration.milliseconds(2)
    package var pollLongest = Duration.milliseconds(250)
    /// Commands in one batch; replies are read while nothing else is sent.
    package var batch = 256
    /// Steps in one transaction, where the proxy has them.
    package var transaction = 4096

    package init() {}
}
