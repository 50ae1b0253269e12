package import Model
import Planning

/// Operations that proxies rejected: each is not sent again to the same proxy before its input changes.
///
/// The input is what the operation depends on: the process that rejected it and the object as it was then.
package struct Quarantine: Hashable, Sendable {
    /// One rejected operation.
    package struct Entry: Hashable, Sendable, Codable {
        package let proxy: ProxyName
        /// The change with all its values, as a saved plan writes it.
        package let operation: String
        package let input: String
        /// The proxy's own words.
        package let words: String
        package let origin: String

        package init(
            proxy: ProxyName,
            operation: String,
            input: String,
            words: String,
            origin: String
        ) {
            self.proxy = proxy
            self.operation = operation
            self.input = input
            self.words = words
            self.origin = origin
        }
    }

    private struct Key: Hashable {
        let proxy: ProxyName
        let operation: String
    }

    private var rejected: [Key: Entry] = [:]

    package init() {}

    /// By proxy, then operation.
    package var entries: [Entry] {
        rejected.values.sorted { ($0.proxy.text, $0.operation) < ($1.proxy.text, $1.operation) }
    }

    package var isEmpty: Bool { rejected.isEmpty }

    /// Remembers a rejection; replaces an earlier one of the same operation.
    package mutating func add(_ entry: Entry) {
        rejected[Key(proxy: entry.proxy, operation: entry.operation)] = entry
    }

    /// The entry that keeps an operation from being sent; nil when there is none or its input is another now.
    package func entry(for operation: String, on proxy: ProxyName, input: String) -> Entry? {
        guard let entry = rejected[Key(proxy: proxy, operation: operation)], entry.input == input
        else { return nil }
        return entry
    }

    /// Proxies with at least one entry.
    package var proxies: Set<ProxyName> { Set(rejected.keys.map(\.proxy)) }

    /// Forgets what a proxy rejected, e.g. because all of it is done.
    package mutating func release(_ proxy: ProxyName) {
        rejected = rejected.filter { $0.key.proxy != proxy }
    }
}
