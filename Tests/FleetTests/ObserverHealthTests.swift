import Model
import Planning
import Testing

@testable import Fleet

@Suite struct ObserverHealthTests {
    @Test func `servers that are down and requests that failed are counted`() throws {
        let text = """
            # pxname,svname,stot,econ,eresp,status,type,hrsp_5xx,req_tot,
            shop,s1,5,0,0,UP,2,0,,
            shop,s2,5,0,0,DOWN 1/2,2,0,,
            shop,s3,0,0,0,MAINT,2,0,,
            shop,BACKEND,10,1,2,UP,1,4,12,
            """
        let sample = try Observer.healthSample(text)
        let shop = try #require(sample.backends[try BackendName("shop")])
        #expect(shop.servers == 3)
        #expect(shop.down == [try ServerName("s2")])
        #expect(shop.requests == 12)
        #expect(shop.errors == 7)
    }
}
