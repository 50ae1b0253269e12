/// Makes text from a file safe to show: what a terminal would act on becomes visible.
package enum VisibleText {
    /// Control, format and bidirectional-override characters as `\u{1B}`; everything else as it is.
    package static func escape(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var shown = ""
        for scalar in scalars {
            if isInvisible(scalar) {
                shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    /// A text in quotes as messages show it, cut after 60 characters.
    package static func quoted(_ text: String) -> String {
        let scalars = text.unicodeScalars
        return "\"\(escape(scalars.prefix(60)))\(scalars.count > 60 ? "…" : "")\""
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            true
        default: false
        }
    }
}
