import Model
import RuntimeAPI

/// A variable of the process with what it was made of, so that a state file can make it again.
struct ProcessVariableRecord: Hashable {
    let source: VariableSource
    let value: ProcessValue

    init(_ source: VariableSource) throws(ProcessValue.Mistake) {
        self.source = source
        switch source {
        case .expression(let text): value = try ProcessValue(expression: text)
        case .format(let text): value = try ProcessValue(format: text)
        }
    }
}

extension BackendTable {
    /// So many variables can be set, whoever names them.
    static let variableLimit = 1024

    /// Sets a variable of the process; rules see it with the next snapshot.
    func setVariable(_ name: String, to record: ProcessVariableRecord) {
        let saved = variables[name]
        unlessCertain {
            self.variables[name] = saved
            self.areVariablesChanged = true
        }
        variables[name] = record
        areVariablesChanged = true
        changes += 1
        if keepsUnsaved { unsaved.append(.variable(name)) }
    }

    /// Puts the variables that rules name into the snapshot.
    func renewVariables() {
        areVariablesChanged = false
        let old = snapshot.variables
        retired.append(RetiredMemory(old.indices.map { old[$0].text }))
        retired.append(RetiredMemory(old))
        snapshot.variables = .make(
            rules.variables.enumerated().compactMap { index, name in
                guard let value = variables[name]?.value else { return nil }
                let number = Int32(VariableScope.process.rawValue) << 16 | Int32(index)
                var row = ProcessVariable(number: number, text: .make(value.bytes))
                row.kind = value.kind
                (row.high, row.low) = (value.high, value.low)
                return row
            }
        )
    }

    func image(ofVariable name: String) -> StateChange? {
        switch variables[name]?.source {
        case nil: nil
        case .expression(let text): .variable(name: name, text, isFormat: false)
        case .format(let text): .variable(name: name, text, isFormat: true)
        }
    }

    /// A warning when a variable of the state file can no longer be made.
    func applyVariable(_ name: String, _ text: String, isFormat: Bool) -> String? {
        do throws(ProcessValue.Mistake) {
            let source = isFormat ? VariableSource.format(text) : .expression(text)
            setVariable(name, to: try ProcessVariableRecord(source))
            return nil
        } catch {
            return "variable '\(name)': \(error.text)"
        }
    }
}
