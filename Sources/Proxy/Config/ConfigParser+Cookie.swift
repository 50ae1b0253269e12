import BootConfig
import Model

extension ConfigParser {
    /// `cookie NAME [rewrite|insert|prefix] [indirect] [nocache] [postonly] [preserve] [httponly] [secure]
    /// [domain D]… [maxidle T] [maxlife T] [dynamic] [attr A]…`.
    mutating func parse(cookie line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count > 1, ForwardedHeader.isName(line.words[1]) else {
            return report("'cookie' expects <cookie_name> as argument.", at: line.origin)
        }
        var cookie = CookiePersistence()
        cookie.name = .make(line.words[1])
        cookie.mode = .passive
        var attributes = CookieAttributes()
        var modes = 0
        var index = 2
        while index < line.words.count {
            let value = index + 1 < line.words.count ? line.words[index + 1] : ""
            switch line.words[index] {
            case "rewrite", "insert", "prefix":
                modes += 1
                cookie.mode =
                    line.words[index] == "rewrite"
                    ? .rewrite : line.words[index] == "insert" ? .insert : .prefix
            case "indirect": cookie.isIndirect = true
            case "nocache": cookie.forbidsCaching = true
            case "postonly": cookie.isForPostOnly = true
            case "preserve": cookie.preservesServers = true
            case "dynamic": cookie.isDynamic = true
            case "httponly": attributes.isHTTPOnly = true
            case "secure": attributes.isSecure = true
            case "domain" where CookieAttributes.isPlain(value):
                attributes.domains.append(value)
                index += 1
            case "attr" where CookieAttributes.isPlain(value):
                attributes.others.append(value)
                index += 1
            case "maxidle", "maxlife":
                // In seconds unless a unit says otherwise.
                let text = value.allSatisfy(\.isNumber) ? value + "s" : value
                guard let time = Milliseconds(parsing: text), time.count >= 1000 else {
                    return report(
                        "'cookie' : '\(line.words[index])' expects a duration of a second or more.",
                        at: line.origin
                    )
                }
                let seconds = UInt32(time.count / 1000)
                if line.words[index] == "maxidle" {
                    cookie.maxIdle = seconds
                } else {
                    cookie.maxLife = seconds
                }
                index += 1
            default:
                return report(
                    "'cookie' supports 'rewrite', 'insert', 'prefix', 'indirect', 'nocache', 'postonly', "
                        + "'domain', 'maxidle', 'dynamic', 'maxlife' and 'attr' options "
                        + "(got '\(line.words[index])').",
                    at: line.origin
                )
            }
            index += 1
        }
        if modes > 1 {
            report(
                "cookie 'rewrite', 'insert' and 'prefix' modes are mutually exclusive.",
                at: line.origin
            )
        }
        if cookie.mode != .insert, cookie.hasDates {
            report("'cookie' : 'maxidle' and 'maxlife' need 'insert'.", at: line.origin)
        }
        cookie.attributes = .make(attributes.text)
        draft.options.cookie = cookie
    }

    /// A dynamic cookie needs a key that every proxy has.
    mutating func settleCookies() {
        for backend in configuration.backends
        where backend.options.cookie.isDynamic && backend.dynamicCookieKey.isEmpty {
            report(
                "backend '\(backend.name)' : 'cookie … dynamic' needs a 'dynamic-cookie-key'.",
                at: backend.origin
            )
        }
    }
}

/// What follows the value of a cookie that the proxy sets.
struct CookieAttributes {
    var domains: [String] = []
    var isHTTPOnly = false
    var isSecure = false
    var others: [String] = []

    /// In HAProxy's order.
    var text: String {
        var text = "; path=/"
        if !domains.isEmpty { text += "; domain=" + domains.joined(separator: "; domain=") }
        if isHTTPOnly { text += "; HttpOnly" }
        if isSecure { text += "; Secure" }
        for attribute in others { text += "; \(attribute)" }
        return text
    }

    /// Visible characters without a semicolon.
    static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 31 && $0 < 127 && $0 != 59 }
    }
}
