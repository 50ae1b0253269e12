import Model

/// `stats …` of a proxy: where its statistics page is and what it shows.
package struct StatsConfiguration: Hashable, Sendable {
    /// `stats uri`: what the page's address begins with.
    package var uri = "/haproxy?stats"
    /// Seconds between reloads; nil reloads never.
    package var refresh: Int?
    /// `user:password` of `stats auth`; empty asks nobody.
    package var users: [String] = []
    package var realm = "HAProxy Statistics"
    /// `stats admin if TRUE`: the page has forms.
    package var isAdmin = false
    package var hidesVersion = false
    package var showsLegends = false
    package var showsNode = false

    package init() {}
}

/// Something that the proxy answers itself: workers reach it like a server, by an abstract socket.
package struct ServiceConfiguration: Sendable {
    /// What is answered.
    package enum Kind: Sendable {
        case page(StatsConfiguration)
        /// `http-request use-service prometheus-exporter`.
        case exporter
    }

    package let kind: Kind

    package init(_ kind: Kind) { self.kind = kind }

    /// Where service `number` of the process `pid` listens.
    static func endpoint(_ number: Int, pid: Int) -> Endpoint {
        .abstract("apus-service-\(pid)-\(number)")
    }
}
