extension FrontendSnapshot {
    /// What workers read of a frontend; its rules are in the book under the same number.
    init(_ frontend: FrontendConfiguration, number: Int) {
        self.init()
        self.number = Int32(number)
        ownBackend = Int32(frontend.ownBackend ?? -1)
        defaultBackend = Int32(frontend.defaultBackend ?? -1)
        monitorURI = .make(frontend.monitorURI ?? "")
        timeouts = frontend.timeouts
        options = frontend.options
        addsForwardedFor = frontend.addsForwardedFor
        isEnabled = !frontend.isDisabled
    }
}
