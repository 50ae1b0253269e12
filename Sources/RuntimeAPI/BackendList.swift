/// `show backend`: the names of the backends.
package struct BackendList: Hashable, Sendable {
    package var names: [String]

    package init(names: [String] = []) { self.names = names }
}
