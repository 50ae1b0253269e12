import Model

extension ProxyPlanner {
    /// Additions before removals, so that what is in both is never out.
    mutating func planLists() {
        for desired in fleet.acls {
            guard let live = observed.acls[desired.name] else {
                let message = "list \(desired.name) is not on the proxy; name it in the boot file"
                remarks.append(Remark(.needsRestart, message, origin: desired.origin))
                continue
            }
            let present = Set(live)
            // Every byte may need an escape, and the command's own words take some room.
            let room = (observed.capabilities.commandLimit - desired.name.text.utf8.count - 64) / 2
            for pattern in desired.patterns where !present.contains(pattern.text) {
                guard pattern.text.utf8.count <= room else {
                    let message = "a pattern of list \(desired.name) is too long for a command"
                    remarks.append(Remark(.warning, message, origin: pattern.origin))
                    continue
                }
                order.add(.addPattern(desired.name, pattern.text), origin: pattern.origin)
            }
            let declared = Set(desired.patterns.map(\.text))
            retirePatterns(present.subtracting(declared).sorted(), of: desired)
        }
    }

    private mutating func retirePatterns(_ foreign: [String], of desired: DesiredAcl) {
        let before = options.previous?.acls.first { $0.name == desired.name }
        let previous = Set(before?.patterns.map(\.text) ?? [])
        var kept: [String] = []
        for text in foreign {
            if desired.unmanaged == .remove || previous.contains(text) {
                order.add(.deletePattern(desired.name, text), origin: desired.origin)
            } else {
                kept.append(text)
            }
        }
        guard !kept.isEmpty else { return }
        let message = "list \(desired.name): not declared and kept: \(Remark.list(kept))"
        remarks.append(Remark(.unmanaged, message, origin: desired.origin))
    }

    mutating func planLimits() {
        for limit in fleet.limits {
            guard let live = observed.limits[limit.target] else {
                let message = "the proxy has no \(limit.target)"
                remarks.append(Remark(.needsRestart, message, origin: limit.origin))
                continue
            }
            guard live != limit.value else { continue }
            let change = Change.setLimit(limit.target, from: live, to: limit.value)
            order.add(change, origin: limit.origin)
        }
    }
}
