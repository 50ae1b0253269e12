/// A column of `show stat`: positions 0 to 112, fixed since HAProxy 3.0; earlier versions have a part of them.
///
/// Module columns after the separator `-` are not ours to read. Raw values are positions.
package enum StatField: UInt8, Hashable, Sendable, CaseIterable {
    case proxyName = 0
    case serverName, qcur, qmax, scur, smax, slim, stot, bin, bout, dreq, dresp
    case ereq, econ, eresp, wretr, wredis, status, weight, act, bck, chkfail, chkdown, lastchg
    case downtime, qlimit, pid, iid, sid, throttle, lbtot, tracked, type, rate, rateLim, rateMax
    case checkStatus, checkCode, checkDuration, hrsp1xx, hrsp2xx, hrsp3xx, hrsp4xx, hrsp5xx
    case hrspOther, hanafail, reqRate, reqRateMax, reqTot, cliAbrt, srvAbrt, compIn, compOut
    case compByp, compRsp, lastsess, lastChk, lastAgt, qtime, ctime, rtime, ttime, agentStatus
    case agentCode, agentDuration, checkDesc, agentDesc, checkRise, checkFall, checkHealth
    case agentRise, agentFall, agentHealth, addr, cookie, mode, algo, connRate, connRateMax
    case connTot, intercepted, dcon, dses, wrew, connect, reuse, cacheLookups, cacheHits, srvIcur
    case srcIlim, qtimeMax, ctimeMax, rtimeMax, ttimeMax, eint, idleConnCur, safeConnCur
    case usedConnCur, needConnEst, uweight, aggServerStatus, aggServerCheckStatus, aggCheckStatus
    case srid, sessOther, h1sess, h2sess, h3sess, reqOther, h1req, h2req, h3req, proto

    /// HAProxy's name of the column.
    package var name: String { Self.table[Int(rawValue)].name }
}

extension StatField {
    /// What HAProxy says of a column in the typed and JSON formats.
    struct Description: Sendable {
        let name: String
        /// Origin, nature and scope, a letter each (management.txt §9.1).
        let tags: String
        /// `u32`, `s32`, `u64` or `str`.
        let type: String

        var isText: Bool { type == "str" }
    }

    var description: Description { Self.table[Int(rawValue)] }

    static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

    /// `name:tags:type` of each column as a server has it, in order of position.
    private static let table: [Description] = """
        pxname:KNS:str svname:KNS:str qcur:MGP:u32 qmax:MMP:u32 scur:MGP:u32 smax:MMP:u32
        slim:CLP:u32 stot:MCP:u64 bin:MCP:u64 bout:MCP:u64 dreq:MCP:u64 dresp:MCP:u64
        ereq:MCP:u64 econ:MCP:u64 eresp:MCP:u64 wretr:MCP:u64 wredis:MCP:u64 status:SGP:str
        weight:MaP:u32 act:SGP:u32 bck:SGP:u32 chkfail:MCP:u64 chkdown:MCP:u64 lastchg:MAP:u32
        downtime:MCP:u32 qlimit:CGS:u32 pid:KGP:u32 iid:KGS:u32 sid:KGS:u32 throttle:MaP:u32
        lbtot:MCP:u64 tracked:CNS:str type:CGS:u32 rate:MRP:u32 rate_lim:CLP:u32 rate_max:MMP:u32
        check_status:MOP:str check_code:MOP:u32 check_duration:MDP:u64 hrsp_1xx:MCP:u64
        hrsp_2xx:MCP:u64 hrsp_3xx:MCP:u64 hrsp_4xx:MCP:u64 hrsp_5xx:MCP:u64 hrsp_other:MCP:u64
        hanafail:MCP:u64 req_rate:MRP:u32 req_rate_max:MMP:u32 req_tot:MCP:u64 cli_abrt:MCP:u64
        srv_abrt:MCP:u64 comp_in:MCP:u64 comp_out:MCP:u64 comp_byp:MCP:u64 comp_rsp:MCP:u64
        lastsess:MAP:s32 last_chk:MOP:str last_agt:MOP:str qtime:MaP:u32 ctime:MaP:u32
        rtime:MaP:u32 ttime:MaP:u32 agent_status:MOP:str agent_code:MOP:u32
        agent_duration:MDP:u64 check_desc:MOP:str agent_desc:MOP:str check_rise:CGS:u32
        check_fall:CGS:u32 check_health:CGS:u32 agent_rise:CGS:u32 agent_fall:CGS:u32
        agent_health:CGS:u32 addr:CGS:str cookie:CNS:str mode:CGS:str algo:CGS:str
        conn_rate:MRP:u32 conn_rate_max:MMP:u32 conn_tot:MCP:u64 intercepted:MCP:u64 dcon:MCP:u64
        dses:MCP:u64 wrew:MCP:u64 connect:MCP:u64 reuse:MCP:u64 cache_lookups:MCP:u64
        cache_hits:MCP:u64 srv_icur:MGP:u32 src_ilim:CLP:u32 qtime_max:MMP:u32 ctime_max:MMP:u32
        rtime_max:MMP:u32 ttime_max:MMP:u32 eint:MCP:u64 idle_conn_cur:MGP:u32
        safe_conn_cur:MGP:u32 used_conn_cur:MGP:u32 need_conn_est:MGP:u32 uweight:MaP:u32
        agg_server_status:MGP:u32 agg_server_check_status:MGP:u32 agg_check_status:MGP:u32
        srid:MCP:u32 sess_other:MCP:u64 h1sess:MCP:u64 h2sess:MCP:u64 h3sess:MCP:u64
        req_other:MCP:u64 h1req:MCP:u64 h2req:MCP:u64 h3req:MCP:u64 proto:SGP:str
        """.split { $0 == " " || $0 == "\n" }.map { word in
            let parts = word.split(separator: ":").map(String.init)
            return Description(name: parts[0], tags: parts[1], type: parts[2])
        }
}
