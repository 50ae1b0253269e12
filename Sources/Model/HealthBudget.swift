/// How much worse the proxies of a wave may fare after it before a rollout is halted.
package struct HealthBudget: Hashable, Sendable, Codable {
    /// Servers of one backend that may be down which were not before; a number or a share of its servers.
    package var serversDown = Quota.percent(10)
    /// By how many hundredths of the requests the errors of one backend may grow.
    package var errors = Quota.percent(5)

    package init() {}
}
