import Model
import RuntimeAPI

extension RuntimeService {
    /// Commands about frontends and the limit of the process; nil for every other command.
    func executeFrontend(_ command: RuntimeCommand) -> RuntimeReply? {
        switch command {
        case .disableFrontend(let name): return onFrontend(name, pause)
        case .enableFrontend(let name): return onFrontend(name, resume)
        case .shutdownFrontend(let name): return onFrontend(name, shutDown)
        case .setFrontendMaxconn(let name, let value):
            return onFrontend(name) { number in
                table.change(frontend: number) { $0.maxconn = RuntimeCommand.leadingInteger(value) }
                applyLimit(ofFrontend: number)
                return RuntimeReply()
            }
        case .setMaxconn(let value): return setMaxconn(RuntimeCommand.leadingInteger(value))
        case .invalid(let invalid):
            guard case .frontend(let name) = invalid.subject else { return nil }
            return onFrontend(name) { _ in invalid.reply }
        default: return nil
        }
    }

    private func onFrontend(_ reference: String, _ body: (Int) -> RuntimeReply) -> RuntimeReply {
        guard let number = table.frontendNumber(reference) else {
            return .error("No such frontend.")
        }
        return body(number)
    }

    private func pause(_ number: Int) -> RuntimeReply {
        let record = table.frontendRecords[number]
        if record.isShut {
            let text = "Frontend was previously shut down, cannot disable."
            return RuntimeReply(severity: .notice, text: text)
        }
        if record.isPaused {
            return RuntimeReply(severity: .notice, text: "All sockets are already disabled.")
        }
        table.change(frontend: number) { $0.isPaused = true }
        applyState(ofFrontend: number)
        return RuntimeReply()
    }

    private func resume(_ number: Int) -> RuntimeReply {
        let record = table.frontendRecords[number]
        if record.isShut {
            return .error("Frontend was previously shut down, cannot enable.")
        }
        if !record.isPaused {
            return RuntimeReply(severity: .notice, text: "All sockets are already enabled.")
        }
        table.change(frontend: number) { $0.isPaused = false }
        applyState(ofFrontend: number)
        return RuntimeReply()
    }

    private func shutDown(_ number: Int) -> RuntimeReply {
        if table.frontendRecords[number].isShut {
            return RuntimeReply(severity: .notice, text: "Frontend was already shut down.")
        }
        table.change(frontend: number) { $0.isShut = true }
        applyState(ofFrontend: number)
        return RuntimeReply()
    }

    private func setMaxconn(_ limit: Int) -> RuntimeReply {
        let hard = table.bootMaxconn
        guard hard == 0 || limit <= hard else { return .error("Value out of range.") }
        table.setMaxconn(limit == 0 ? hard : limit)
        table.whenCertain { self.plane.limit(frontend: nil, to: self.table.maxconn) }
        return RuntimeReply()
    }

    /// Makes the sockets of a frontend do what its record says.
    private func applyState(ofFrontend number: Int) {
        table.whenCertain {
            let record = self.table.frontendRecords[number]
            if record.isShut {
                self.plane.close(frontend: number)
            } else {
                self.plane.setListening(!record.isPaused, frontend: number)
            }
            self.applyLimit(ofFrontend: number)
        }
    }

    private func applyLimit(ofFrontend number: Int) {
        table.whenCertain {
            let record = self.table.frontendRecords[number]
            // Sockets of a paused frontend that cannot refuse, as those with a path, let nobody in.
            let limit = record.isPaused || record.isShut ? -1 : record.maxconn
            self.plane.limit(frontend: number, to: limit)
        }
    }

    /// After a restart: makes the sockets do what the restored state says.
    func applyFrontends() {
        plane.limit(frontend: nil, to: table.maxconn)
        applyRateLimits()
        for (number, record) in table.frontendRecords.enumerated()
        where record != FrontendRecord(table.frontends[number]) {
            applyState(ofFrontend: number)
        }
    }
}
