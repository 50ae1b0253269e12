/// A frontend that is created at runtime (apus-proxy; HAProxy has no command for it).
package struct DesiredFrontend: Hashable, Sendable {
    /// One line of its configuration with the place that asked for it.
    package struct Line: Hashable, Sendable {
        package let text: String
        package let origin: Origin

        package init(_ text: String, origin: Origin) {
            self.text = text
            self.origin = origin
        }
    }

    package let name: FrontendName
    /// The named `defaults` section it is made from.
    package let defaults: DefaultsName
    /// What stands after `bind`, in order.
    package var binds: [Line]
    /// Rules as a boot file spells them, in order.
    package var rules: [Line]
    package var defaultBackend: BackendName?
    package let origin: Origin

    package init(
        name: FrontendName,
        defaults: DefaultsName,
        binds: [Line],
        rules: [Line] = [],
        defaultBackend: BackendName? = nil,
        origin: Origin
    ) {
        self.name = name
        self.defaults = defaults
        self.binds = binds
        self.rules = rules
        self.defaultBackend = defaultBackend
        self.origin = origin
    }
}
