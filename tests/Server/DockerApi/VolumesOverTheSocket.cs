using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Volumes;
using Shiplog.Server.Store;
using CreateVolume = Shiplog.Contracts.Orders.CreateVolume;
using RemoveVolume = Shiplog.Contracts.Orders.RemoveVolume;

namespace Shiplog.Server.Tests.DockerApi;

public sealed class VolumesOverTheSocket(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private readonly string _name = "v" + TestStore.NewId()[..12];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await server.PullBusyboxAsync();

    public ValueTask DisposeAsync()
    {
        server.Worker.Fails = _ => null;
        server.Worker.IsAway = false;
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task One_is_made_by_an_order_shown_and_removed_and_its_name_is_free_again()
    {
        var made = await CreateVolumeAsync($$$"""{"Name":"{{{_name}}}","Labels":{"team":"a"},"DriverOpts":{"type":"tmpfs","device":"tmpfs","o":"size=1m"}}""");
        made.GetProperty("Mountpoint").GetString().ShouldEndWith($"/worker/volumes/{_name}/_data");
        made.GetProperty("Options").GetProperty("o").GetString().ShouldBe("size=1m");
        server.Worker.Orders.OfType<CreateVolume>().Single(o => o.Name == _name).Options["o"].ShouldBe("size=1m");
        await CreateVolumeAsync($$"""{"Name":"{{_name}}"}""");
        server.Worker.Orders.OfType<CreateVolume>().Count(o => o.Name == _name).ShouldBe(1, "it is there already");

        (await RemoveAsync(_name)).ShouldBe((HttpStatusCode.NoContent, ""));
        (await RemoveAsync(_name)).ShouldBe((HttpStatusCode.NotFound, $"get {_name}: no such volume"));
        (await RemoveAsync(_name + "?force=1")).Item1.ShouldBe(HttpStatusCode.NoContent);
        await CreateVolumeAsync($$"""{"Name":"{{_name}}"}""");
    }

    [Fact]
    public async Task A_password_among_its_options_goes_to_the_worker_and_nowhere_else()
    {
        var made = await CreateVolumeAsync(
            $$$"""{"Name":"{{{_name}}}","DriverOpts":{"type":"cifs","device":"//server/share","o":"username=me,password=hush-hush"}}""");
        made.GetProperty("Options").GetProperty("o").GetString().ShouldBe("username=me,password=***");
        server.Worker.Orders.OfType<CreateVolume>().Single(o => o.Name == _name).Options["o"].ShouldBe("username=me,password=hush-hush");
        (await server.PsqlAsync("select count(*) from mt_events where data::text like '%hush-hush%'")).ShouldBe("0");
        var body = Mount($$$$$"""{"Type":"volume","Source":"{{{{{_name}}}}}x","Target":"/d","VolumeOptions":{"DriverConfig":{"Options":{"type":"cifs","device":"//s/s","o":"password=hush-hush"}}}}""");
        (await RefusalAsync(body)).ShouldBe((
            HttpStatusCode.BadRequest, $"create {_name}x: options with a password are taken by 'docker volume create' only; create the volume first"));
        (await server.PsqlAsync("select count(*) from mt_events where data::text like '%hush-hush%'")).ShouldBe("0");
    }

    [Theory]
    [InlineData("""{"Name":"a"}""", 400, "create a: volume name is too short, names should be at least two alphanumeric characters")]
    [InlineData("""{"Name":"..x"}""", 400, "create ..x: \"..x\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path")]
    [InlineData("""{"Name":"bad1","Driver":"rexray"}""", 404, "create bad1: error looking up volume plugin rexray: plugin \"rexray\" not found")]
    [InlineData("""{"Name":"bad2","DriverOpts":{"color":"red"}}""", 400, "create bad2: invalid option: \"color\"")]
    [InlineData("""{"Name":"bad3","DriverOpts":{"type":"nfs"}}""", 400, "create bad3: missing required option: \"device\"")]
    public async Task What_cannot_be_is_refused_in_dockers_words(string body, int status, string message)
    {
        using var answer = await server.PostAsync("volumes/create", body);
        ((int)answer.StatusCode, await DockerServer.MessageAsync(answer)).ShouldBe((status, message));
    }

    [Fact]
    public async Task A_creation_that_the_worker_fails_leaves_no_volume()
    {
        server.Worker.Fails = o => o is CreateVolume ? new OrderFailure("CreateVolume", FailureKind.Internal, "no space left on device") : null;
        using var answer = await server.PostAsync("volumes/create", $$"""{"Name":"{{_name}}"}""");
        ((int)answer.StatusCode, await DockerServer.MessageAsync(answer)).ShouldBe((500, $"create {_name}: no space left on device"));
        (await RemoveAsync(_name)).Item1.ShouldBe(HttpStatusCode.NotFound);
        server.Worker.Fails = _ => null;
        await CreateVolumeAsync($$"""{"Name":"{{_name}}"}""");
    }

    [Fact]
    public async Task One_that_a_container_mounts_running_or_not_is_not_removed()
    {
        var first = await server.CreateAsync("", Binds($"{_name}:/data"));
        var second = await server.CreateAsync("", Binds($"{_name}:/other:ro"));
        string[] users = [first, second];
        (await RemoveAsync(_name)).ShouldBe((HttpStatusCode.Conflict, $"remove {_name}: volume is in use - [{string.Join(", ", users.Order())}]"));
        (await server.Client.DeleteAsync($"containers/{first}?v=1", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await server.Client.DeleteAsync($"containers/{second}?v=1", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await FindAsync(_name)).ShouldNotBeNull("it has a name, so it stays");
        (await RemoveAsync(_name)).Item1.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task One_without_a_name_goes_with_its_container_but_not_while_another_one_has_it()
    {
        var id = await server.CreateAsync("", """{"Image":"busybox","Volumes":{"/data":{}}}""");
        var volume = (await MountsAsync(id))[0].GetProperty("Name").GetString()!;
        volume.ShouldMatch("^[0-9a-f]{64}$");
        (await FindAsync(volume))!.Labels.ShouldContainKey("com.docker.volume.anonymous");
        var heir = await server.CreateAsync("", $$$"""{"Image":"busybox","HostConfig":{"VolumesFrom":["{{{id}}}:ro"]}}""");
        (await MountsAsync(heir))[0].GetProperty("RW").GetBoolean().ShouldBeFalse();
        (await server.Client.DeleteAsync($"containers/{id}?v=1", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await FindAsync(volume)).ShouldNotBeNull("the other container has it");
        (await server.Client.DeleteAsync($"containers/{heir}?v=1", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await FindAsync(volume)).ShouldNotBeNull("it was not made for this one");
        (await RemoveAsync(volume)).Item1.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task What_a_container_leaves_that_removes_itself_is_removed_too_by_the_system()
    {
        var id = await server.CreateAsync("", """{"Image":"busybox","Volumes":{"/data":{}},"HostConfig":{"AutoRemove":true}}""");
        var volume = (await MountsAsync(id))[0].GetProperty("Name").GetString()!;
        using (var started = await server.PostAsync($"containers/{id}/start"))
            started.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await server.Worker.ExitAsync(id, 0);
        (await FindAsync(volume)).ShouldBeNull("it is on its way out at once");
        await WaitAsync(async () => (await TypesAsync(volume)).EndsWith("volume_removed", StringComparison.Ordinal));
        (await TypesAsync(volume)).ShouldBe("volume_created,volume_mounted,volume_unmounted,volume_remove_requested,volume_removed");
        (await server.PsqlAsync($"select count(*) from open_command where stream = 'volume/{volume}'")).ShouldBe("0");
    }

    [Fact]
    public async Task With_the_worker_away_the_removal_stays_open_for_the_recovery()
    {
        var id = await server.CreateAsync("", """{"Image":"busybox","Volumes":{"/data":{}}}""");
        var volume = (await MountsAsync(id))[0].GetProperty("Name").GetString()!;
        server.Worker.Fails = o =>
        {
            if (o is RemoveVolume)
                throw new Shiplog.Server.Orders.WorkerAwayException("away", new IOException());
            return null;
        };
        (await server.Client.DeleteAsync($"containers/{id}?v=1", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await WaitAsync(() => Task.FromResult(server.Worker.Orders.OfType<RemoveVolume>().Any(o => o.Name == volume)));
        (await server.PsqlAsync($"select kind from open_command where stream = 'volume/{volume}'")).ShouldBe("RemoveVolume");
        using var again = await server.PostAsync("containers/create", Binds($"{volume}:/data"));
        (again.StatusCode, await DockerServer.MessageAsync(again)).ShouldBe((HttpStatusCode.Conflict, $"create {volume}: the volume is being removed"));
    }

    [Fact]
    public async Task Lists_are_filtered_and_a_prune_takes_what_nobody_mounts()
    {
        var label = "mark=" + _name;
        foreach (var name in (string[])["a", "b"])
            await CreateVolumeAsync($$$"""{"Name":"{{{_name + name}}}","Labels":{"mark":"{{{_name}}}"}}""");
        var anonymous = (await CreateVolumeAsync($$$"""{"Labels":{"mark":"{{{_name}}}"}}""")).GetProperty("Name").GetString()!;
        var id = await server.CreateAsync("", Binds($"{_name}a:/data"));
        (await NamesAsync($$"""{"label":["{{label}}"]}""")).ShouldBe(((string[])[_name + "a", _name + "b", anonymous]).Order(StringComparer.Ordinal));
        (await NamesAsync($$"""{"name":["{{_name}}"]}""")).ShouldBe([_name + "a", _name + "b"]);
        (await NamesAsync($$"""{"label":["{{label}}"],"dangling":["true"]}""")).ShouldNotContain(_name + "a");
        (await NamesAsync($$"""{"label":["{{label}}"],"dangling":["false"]}""")).ShouldBe([_name + "a"]);
        (await NamesAsync($$"""{"label":["{{label}}"],"driver":["other"]}""")).ShouldBeEmpty();

        (await PruneAsync($$"""{"label":["{{label}}"]}""")).ShouldBe((anonymous, 1000));
        (await PruneAsync($$"""{"label":["{{label}}"],"all":["true"]}""")).ShouldBe((_name + "b", 1000));
        (await NamesAsync($$"""{"label":["{{label}}"]}""")).ShouldBe([_name + "a"]);
        using var containers = await server.Client.GetAsync($"containers/json?all=1&filters={{\"volume\":[\"{_name}a\"]}}", Cancellation);
        (await containers.Content.ReadFromJsonAsync<JsonElement>(Cancellation))[0].GetProperty("Id").GetString().ShouldBe(id);
    }

    [Fact]
    public async Task Who_ever_had_it_mounted_is_in_its_history()
    {
        var id = await server.CreateAsync("", Binds($"{_name}:/data:ro"));
        using (var started = await server.PostAsync($"containers/{id}/start"))
            started.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await server.Worker.ExitAsync(id, 0);
        using var answer = await server.Client.GetAsync(
            $"events?since=0&until={DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}&filters={{\"volume\":[\"{_name}\"]}}", Cancellation);
        var lines = (await answer.Content.ReadAsStringAsync(Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        lines.Select(l => l.GetProperty("Action").GetString()).ShouldBe(["create", "mount", "unmount"]);
        lines.ShouldAllBe(l => l.GetProperty("Type").GetString() == "volume");
        var attributes = lines[1].GetProperty("Actor").GetProperty("Attributes");
        attributes.GetProperty("container").GetString().ShouldBe(id);
        attributes.GetProperty("destination").GetString().ShouldBe("/data");
        attributes.GetProperty("read/write").GetString().ShouldBe("false");
    }

    [Fact]
    public async Task Mounts_are_shown_as_they_were_asked_for_and_as_they_are_and_ordered_outer_first()
    {
        server.Worker.Script = (_, socket) => ScriptedWorker.AnswerAsync(socket, "200 OK", "application/json", "[]");
        var id = await server.CreateAsync("", $$$"""
            {"Image":"busybox","HostConfig":{"Binds":["/host/b/../a:/a/deep/one:ro,rslave","{{{_name}}}:/a"],"Tmpfs":{"/run":"size=1m"},
             "Mounts":[{"Type":"tmpfs","Target":"/t","TmpfsOptions":{"SizeBytes":1048576,"Mode":448}},
                       {"Type":"bind","Source":"/host/c","Target":"/c","BindOptions":{"NonRecursive":true}}]}}
            """);
        var inspect = await server.Client.GetFromJsonAsync<JsonElement>($"containers/{id}/json", Cancellation);
        inspect.GetProperty("HostConfig").GetProperty("Binds")[0].GetString().ShouldBe("/host/b/../a:/a/deep/one:ro,rslave");
        inspect.GetProperty("HostConfig").GetProperty("Tmpfs").GetProperty("/run").GetString().ShouldBe("size=1m");
        inspect.GetProperty("HostConfig").GetProperty("Mounts")[0].GetProperty("TmpfsOptions").GetProperty("Mode").GetInt32().ShouldBe(448);
        var mounts = inspect.GetProperty("Mounts").EnumerateArray().ToDictionary(m => m.GetProperty("Destination").GetString()!);
        mounts.Keys.ShouldBe(["/a", "/a/deep/one", "/c", "/t"]);
        mounts["/a/deep/one"].GetProperty("Source").GetString().ShouldBe("/host/a");
        mounts["/a/deep/one"].GetProperty("Mode").GetString().ShouldBe("ro,rslave");
        mounts["/a/deep/one"].GetProperty("Propagation").GetString().ShouldBe("rslave");
        mounts["/a"].GetProperty("Mode").GetString().ShouldBe("z");
        mounts["/a"].GetProperty("Source").GetString().ShouldEndWith($"/volumes/{_name}/_data");

        using (var started = await server.PostAsync($"containers/{id}/start"))
            started.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var order = server.Worker.Orders.OfType<StartContainer>().Single(o => o.ContainerId == id).Mounts.ShouldNotBeNull();
        order.Select(m => m.Destination).ShouldBe(["/a", "/c", "/run", "/t", "/a/deep/one"]);
        order.Single(m => m.Destination == "/t").Options.ShouldBe(["noexec", "nosuid", "nodev", "mode=700", "size=1048576"]);
        order.Single(m => m.Destination == "/a/deep/one").ShouldSatisfyAllConditions(m => m.ReadOnly.ShouldBeTrue(), m => m.CreateSource.ShouldBeTrue());
        order.Single(m => m.Destination == "/c").ShouldSatisfyAllConditions(m => m.Recursive.ShouldBeFalse(), m => m.CreateSource.ShouldBeFalse());
    }

    [Theory]
    [InlineData("""{"Binds":["/a:/b:zz"]}""", "invalid mode: zz")]
    [InlineData("""{"Binds":["/a:/"]}""", "invalid volume specification: '/a:/': invalid mount config for type \"bind\": invalid specification: destination can't be '/'")]
    [InlineData("""{"Binds":["/a:/b","/c:/b"]}""", "Duplicate mount point: /b")]
    [InlineData("""{"Binds":["/a:/proc"]}""", "invalid volume specification: '/a:/proc': invalid mount config for type \"bind\": \"/proc\" cannot be mounted because it is inside /proc")]
    [InlineData("""{"Mounts":[{"Type":"bind","Source":"/a"}]}""", "invalid mount config for type \"bind\": field Target must not be empty")]
    [InlineData("""{"Mounts":[{"Type":"disk","Target":"/a"}]}""", "invalid mount config for type \"disk\": mount type unknown")]
    [InlineData("""{"Tmpfs":{"relative":""}}""", "invalid mount path: 'relative' mount path must be absolute")]
    [InlineData("""{"Tmpfs":{"/t":"colour=red"}}""", "invalid tmpfs option \"colour=red\"")]
    public async Task What_cannot_be_mounted_is_refused_before_anything_is_recorded(string hostConfig, string message) =>
        (await RefusalAsync($$"""{"Image":"busybox","HostConfig":{{hostConfig}}}""")).ShouldBe((HttpStatusCode.BadRequest, message));

    [Fact]
    public async Task A_source_that_the_worker_does_not_find_is_refused_and_a_kind_of_mount_that_is_not_built_says_so()
    {
        server.Worker.Script = (head, socket) =>
        {
            head.ShouldStartWith("GET /streams/paths/missing?path=%2Fno%2Fsuch ");
            return ScriptedWorker.AnswerAsync(socket, "200 OK", "application/json", """["/no/such"]""");
        };
        (await RefusalAsync(Mount("""{"Type":"bind","Source":"/no/such","Target":"/x"}"""))).ShouldBe((
            HttpStatusCode.BadRequest, "invalid mount config for type \"bind\": bind source path does not exist: /no/such"));
        (await RefusalAsync(Mount("""{"Type":"image","Source":"busybox","Target":"/x"}"""))).ShouldBe((
            HttpStatusCode.NotImplemented, "HostConfig.Mounts: a mount of type image is not built yet"));
        (await RefusalAsync("""{"Image":"busybox","HostConfig":{"VolumesFrom":["nobody"]}}""")).ShouldBe((HttpStatusCode.NotFound, "No such container: nobody"));
    }

    private static string Binds(string bind) => $$$"""{"Image":"busybox","HostConfig":{"Binds":["{{{bind}}}"]}}""";

    private static string Mount(string mount) => $$$"""{"Image":"busybox","HostConfig":{"Mounts":[{{{mount}}}]}}""";

    private async Task<JsonElement> CreateVolumeAsync(string body)
    {
        using var answer = await server.PostAsync("volumes/create", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private async Task<(HttpStatusCode, string)> RemoveAsync(string name)
    {
        using var answer = await server.Client.DeleteAsync("volumes/" + name, Cancellation);
        return (answer.StatusCode, answer.IsSuccessStatusCode ? "" : await DockerServer.MessageAsync(answer));
    }

    private async Task<(HttpStatusCode, string)> RefusalAsync(string body)
    {
        using var answer = await server.PostAsync("containers/create", body);
        return (answer.StatusCode, await DockerServer.MessageAsync(answer));
    }

    private async Task<JsonElement> MountsAsync(string id) =>
        (await server.Client.GetFromJsonAsync<JsonElement>($"containers/{id}/json", Cancellation)).GetProperty("Mounts");

    private async Task<string[]> NamesAsync(string filters) =>
        [.. (await server.Client.GetFromJsonAsync<JsonElement>("volumes?filters=" + Uri.EscapeDataString(filters), Cancellation))
            .GetProperty("Volumes").EnumerateArray().Select(v => v.GetProperty("Name").GetString()!)];

    private async Task<(string Names, long Bytes)> PruneAsync(string filters)
    {
        using var answer = await server.PostAsync("volumes/prune?filters=" + Uri.EscapeDataString(filters));
        var reply = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        return (string.Join(' ', reply.GetProperty("VolumesDeleted").EnumerateArray().Select(v => v.GetString())), reply.GetProperty("SpaceReclaimed").GetInt64());
    }

    private Task<Volume?> FindAsync(string name) => ((IVolumeLog)server.Log).FindVolumeAsync(name, Cancellation);

    private Task<string> TypesAsync(string volume) =>
        server.PsqlAsync($"select string_agg(type, ',' order by version) from mt_events where stream_id = 'volume/{volume}'");

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        for (var end = DateTime.UtcNow.AddSeconds(30); !await condition(); await Task.Delay(20, Cancellation))
            DateTime.UtcNow.ShouldBeLessThan(end);
    }
}
