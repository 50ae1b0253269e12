package import Model

/// The fleets and proxies a command was limited to with `--fleet` and `--proxy`.
package struct FleetSelection: Hashable, Sendable {
    package var fleets: [String] = []
    package var proxies: [String] = []

    package init(fleets: [String] = [], proxies: [String] = []) {
        self.fleets = fleets
        self.proxies = proxies
    }

    /// A name that the revision does not know.
    package struct UnknownName: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// The selected fleets with their selected proxies; everything when nothing was named.
    package func apply(to state: DesiredState) throws(UnknownName) -> [DesiredFleet] {
        let known = state.fleets.map(\.name.text)
        for name in fleets where !known.contains(name) {
            throw UnknownName(description: "no fleet \(quoted(name)); there are: \(listed(known))")
        }
        var selected = state.fleets.filter { fleets.isEmpty || fleets.contains($0.name.text) }
        let names = Set(selected.flatMap(\.proxies).map(\.name.text))
        for name in proxies where !names.contains(name) {
            throw UnknownName(
                description: "no proxy \(quoted(name)); there are: \(listed(names.sorted()))"
            )
        }
        guard !proxies.isEmpty else { return selected }
        for index in selected.indices {
            selected[index].proxies.removeAll { !proxies.contains($0.name.text) }
        }
        return selected.filter { !$0.proxies.isEmpty }
    }

    private func quoted(_ name: String) -> String { VisibleText.quoted(name) }

    private func listed(_ names: [String]) -> String {
        guard !names.isEmpty else { return "none" }
        return names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
    }
}
