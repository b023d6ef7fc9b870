using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Shiplog.Contracts.Orders;

namespace Shiplog.Server.Tests.DockerApi;

public sealed class ImagesOverTheSocket(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server.Worker.Fails = _ => null;
        server.Worker.IsAway = false;
        await server.PullBusyboxAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_index_is_searched_with_dockers_filters()
    {
        server.Worker.Script = (head, socket) =>
        {
            head.ShouldStartWith("POST /streams/images/registry/search");
            return ScriptedWorker.AnswerAsync(socket, "200 OK", "application/json", """
                [{"name":"a","description":"one","stars":7,"isOfficial":true,"isAutomated":false},{"name":"b","description":"","stars":5,"isOfficial":false,"isAutomated":true},
                {"name":"c","description":"","stars":1,"isOfficial":false,"isAutomated":false}]
                """);
        };
        (await FoundAsync("")).ShouldBe(["a", "b", "c"]);
        (await FoundAsync("""{"stars":["5"]}""")).ShouldBe(["a", "b"]);
        (await FoundAsync("""{"is-official":["true"]}""")).ShouldBe(["a"]);
        (await FoundAsync("""{"is-official":["0"],"is-automated":["false"]}""")).ShouldBe(["c"]);
        foreach (var (query, error) in (IEnumerable<(string, string)>)[
            ("term=a&limit=101", "limit 101 is outside the range of [1, 100]"), ("term=https://a/b", "a search term has no scheme"),
            ("term=a&filters={\"stars\":[\"x\"]}", "invalid filter 'stars=[x]'"), ("term=a&filters={\"is-official\":[\"maybe\"]}", "invalid filter 'is-official=[maybe]'")])
        {
            using var refused = await server.Client.GetAsync("images/search?" + query, Cancellation);
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await refused.Content.ReadAsStringAsync(Cancellation)).ShouldContain(error);
        }
    }

    private async Task<string?[]> FoundAsync(string filters) =>
        [.. (await server.Client.GetFromJsonAsync<JsonElement[]>($"images/search?term=127.0.0.1:5000/x&limit=3&filters={Uri.EscapeDataString(filters)}", Cancellation))!
            .Select(i => i.GetProperty("name").GetString())];

    [Fact]
    public async Task Credentials_that_a_registry_refuses_are_refused_with_its_words()
    {
        server.Worker.Script = (head, socket) =>
        {
            head.ShouldStartWith("POST /streams/images/registry/login");
            return ScriptedWorker.AnswerAsync(socket, "401 Unauthorized", "text/plain", "unauthorized: incorrect username or password");
        };
        using var refused = await server.PostAsync("auth", """{"username":"a","password":"b","serveraddress":"127.0.0.1:5000"}""");
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await refused.Content.ReadAsStringAsync(Cancellation)).ShouldContain("unauthorized: incorrect username or password");
        server.Worker.Script = (_, socket) => ScriptedWorker.AnswerAsync(socket, "204 No Content", "text/plain", "");
        using var taken = await server.PostAsync("auth", """{"username":"a","password":"b","serveraddress":"127.0.0.1:5000"}""");
        (await taken.Content.ReadAsStringAsync(Cancellation)).ShouldContain("Login Succeeded");
    }

    [Fact]
    public async Task Progress_is_passed_on_and_a_failure_after_it_is_a_line_of_it()
    {
        server.Worker.Script = (head, socket) =>
        {
            head.ShouldStartWith("GET /streams/progress/");
            return ScriptedWorker.AnswerAsync(socket, "200 OK", "application/json", "{\"status\":\"Pulling fs layer\",\"id\":\"abc\"}\n");
        };
        server.Worker.Fails = order =>
        {
            Thread.Sleep(300);
            return new OrderFailure("PullImage", FailureKind.Unavailable, "the registry broke off");
        };
        using var answer = await server.PostAsync("images/create?fromImage=other&tag=1");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var lines = (await answer.Content.ReadAsStringAsync(Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldBe(
        [
            """{"status":"Pulling fs layer","id":"abc"}""",
            """{"errorDetail":{"message":"the registry broke off"},"error":"the registry broke off"}""",
        ]);
    }

    [Fact]
    public async Task A_failure_before_any_progress_is_a_status()
    {
        server.Worker.Fails = _ => new OrderFailure("PullImage", FailureKind.NotFound, "manifest for other:2 not found: manifest unknown");
        using var answer = await server.PostAsync("images/create?fromImage=other&tag=2");
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await DockerServer.MessageAsync(answer)).ShouldBe("manifest for other:2 not found: manifest unknown");
    }

    [Fact]
    public async Task Credentials_reach_the_worker_and_nothing_else()
    {
        RegistryCredentials? seen = null;
        server.Worker.Fails = order =>
        {
            seen = ((PullImage)order).Credentials;
            return null;
        };
        using var message = new HttpRequestMessage(HttpMethod.Post, "images/create?fromImage=secret&tag=1");
        message.Headers.Add("X-Registry-Auth", Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"username":"ship","password":"s3cr3t-pass"}""")).Replace('+', '-').Replace('/', '_'));
        (await server.Client.SendAsync(message, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        seen.ShouldBe(new RegistryCredentials("ship", "s3cr3t-pass", null));
        (await server.PsqlAsync("select count(*) from shiplog.mt_events where data::text like '%s3cr3t-pass%'")).ShouldBe("0");
    }

    [Fact]
    public async Task A_push_is_in_the_log_with_what_went_where_and_names_the_image_by_its_digest_there()
    {
        PushImage? order = null;
        server.Worker.Fails = o =>
        {
            order = o as PushImage;
            return null;
        };
        (await server.PostAsync("images/busybox/tag?repo=registry.example/mine&tag=v1")).StatusCode.ShouldBe(HttpStatusCode.Created);
        using var message = new HttpRequestMessage(HttpMethod.Post, "images/registry.example/mine/push?tag=v1");
        message.Headers.Add("X-Registry-Auth", Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"username":"ship","password":"pushing-pass"}""")));

        using var answer = await server.Client.SendAsync(message, Cancellation);

        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldStartWith("""{"status":"The push refers to repository [registry.example/mine]"}""");
        order.ShouldNotBeNull().Credentials.ShouldBe(new RegistryCredentials("ship", "pushing-pass", null));
        var digest = "registry.example/mine@sha256:" + new string('d', 64);
        var image = (await server.Client.GetFromJsonAsync<JsonElement>("images/registry.example/mine:v1/json", Cancellation));
        image.GetProperty("RepoDigests").EnumerateArray().Select(d => d.GetString()).ShouldContain(digest);
        (await server.PsqlAsync("select count(*) from shiplog.mt_events where data::text like '%pushing-pass%'")).ShouldBe("0");
        (await server.PsqlAsync("select string_agg(type, ' ' order by seq_id) from shiplog.mt_events where type like 'image_push%' and data ->> 'reference' = 'registry.example/mine:v1'"))
            .ShouldBe("image_push_requested image_pushed");
    }

    [Fact]
    public async Task A_push_that_came_to_nothing_is_a_line_of_progress_and_an_event()
    {
        (await server.PostAsync("images/busybox/tag?repo=registry.example/refused&tag=v1")).StatusCode.ShouldBe(HttpStatusCode.Created);
        server.Worker.Fails = _ => new OrderFailure("PushImage", FailureKind.NotFound, "denied: requested access to the resource is denied");
        using var answer = await server.PostAsync("images/registry.example/refused/push?tag=v1");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain("\"error\":\"denied: requested access to the resource is denied\"");
        (await server.PsqlAsync("select data ->> 'error' from shiplog.mt_events where type = 'image_push_failed'")).ShouldBe("denied: requested access to the resource is denied");
    }

    [Fact]
    public async Task A_bad_name_is_refused()
    {
        using var answer = await server.PostAsync("images/create?fromImage=UPPER&tag=latest");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await DockerServer.MessageAsync(answer)).ShouldBe("invalid reference format: repository name (UPPER:latest) must be lowercase");
    }

    [Fact]
    public async Task An_image_is_found_by_name_by_id_and_by_the_beginning_of_its_id()
    {
        foreach (var name in (string[])["busybox", "docker.io/library/busybox:latest", TestImages.Busybox.ImageId, "1111"])
        {
            var image = await server.Client.GetFromJsonAsync<JsonElement>($"images/{name}/json", Cancellation);
            image.GetProperty("Id").GetString().ShouldBe(TestImages.Busybox.ImageId);
            image.GetProperty("Created").GetString().ShouldBe("2026-01-02T03:04:05.123456789Z");
            image.GetProperty("Size").GetInt64().ShouldBe(2000);
            image.GetProperty("Config").GetProperty("Cmd")[0].GetString().ShouldBe("sh");
        }
        using var missing = await server.Client.GetAsync("images/other:9/json", Cancellation);
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await DockerServer.MessageAsync(missing)).ShouldBe("No such image: other:9");
    }

    [Fact]
    public async Task History_is_newest_first_with_a_size_for_each_layer()
    {
        var history = await server.Client.GetFromJsonAsync<JsonElement[]>("images/busybox/history", Cancellation);
        history!.Select(h => h.GetProperty("CreatedBy").GetString()).ShouldBe(["CMD [\"sh\"]", "COPY busybox /bin"]);
        history!.Select(h => h.GetProperty("Size").GetInt64()).ShouldBe([0, 2000]);
        history!.Select(h => h.GetProperty("Id").GetString()).ShouldBe([TestImages.Busybox.ImageId, "<missing>"]);
    }

    [Fact]
    public async Task Tagged_untagged_and_gone_with_its_last_name()
    {
        using (var tagged = await server.PostAsync("images/busybox/tag?repo=127.0.0.1:5000/copy&tag=v1"))
            tagged.StatusCode.ShouldBe(HttpStatusCode.Created);
        var items = await server.Client.GetFromJsonAsync<JsonElement[]>("images/json?filters={\"reference\":[\"127.0.0.1:5000/copy\"]}", Cancellation);
        items!.ShouldHaveSingleItem().GetProperty("RepoTags")[0].GetString().ShouldBe("127.0.0.1:5000/copy:v1");
        using var untagged = await server.Client.DeleteAsync("images/127.0.0.1:5000/copy:v1", Cancellation);
        (await untagged.Content.ReadAsStringAsync(Cancellation)).Trim().ShouldBe("""[{"Untagged":"127.0.0.1:5000/copy:v1"}]""");
        (await server.Client.GetAsync("images/busybox/json", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Names_are_told_apart_from_images_that_are_not_there()
    {
        using var tag = await server.PostAsync("images/nosuch/tag?repo=x&tag=y");
        tag.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var bad = await server.PostAsync("images/busybox/tag?repo=X&tag=y");
        bad.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var push = await server.PostAsync("images/127.0.0.1:5000/copy/push?tag=v1");
        (await push.Content.ReadAsStringAsync(Cancellation)).ShouldContain("An image does not exist locally with the tag: 127.0.0.1:5000/copy");
    }

    [Fact]
    public async Task An_archive_is_passed_on_in_both_directions()
    {
        server.Worker.Script = (head, socket) =>
        {
            head.ShouldStartWith($"GET /streams/images/save?image={Uri.EscapeDataString(TestImages.Busybox.ImageId + "=docker.io/library/busybox:latest")} ");
            return ScriptedWorker.AnswerAsync(socket, "200 OK", "application/x-tar", "tar!");
        };
        (await server.Client.GetStringAsync("images/get?names=busybox", Cancellation)).ShouldBe("tar!");
        server.Worker.IsAway = true;
        using var load = await server.PostAsync("images/load?quiet=1", "tar!", "application/x-tar");
        load.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }
}
