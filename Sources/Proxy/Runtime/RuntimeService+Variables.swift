import Model
import RuntimeAPI

extension RuntimeService {
    /// Commands about variables of the process; nil for every other command.
    func executeVariable(_ command: RuntimeCommand) -> RuntimeReply? {
        switch command {
        case .getVariable(let name):
            guard let value = table.variables[name]?.value else {
                return .error("Variable not found.")
            }
            return .info("\(name): type=\(value.kind.name) value=<\(value.description)>")
        case .setVariable(let name, let source): return set(name, to: source)
        default: return nil
        }
    }

    private func set(_ name: String, to source: VariableSource) -> RuntimeReply {
        let record: ProcessVariableRecord
        do throws(ProcessValue.Mistake) {
            record = try ProcessVariableRecord(source)
        } catch {
            return .error(error.text)
        }
        guard let scope = VariableScope(of: name) else {
            return .error(
                """
                invalid variable name '\(name)'. A variable name must be start by its scope. The scope can be \
                'proc', 'sess', 'txn', 'req', 'res' or 'check'
                """
            )
        }
        guard scope == .process else {
            return .error(
                "'set var': cannot set variable '\(name)', only scope 'proc' is permitted here."
            )
        }
        guard table.variables[name] != nil || table.variables.count < BackendTable.variableLimit
        else {
            return .error("There are \(BackendTable.variableLimit) variables already.")
        }
        table.setVariable(name, to: record)
        return RuntimeReply()
    }
}
