using System.Text;
using System.Text.Json.Nodes;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Images;

/// <summary>Registries keep other things than images by the same kind of manifest: a Helm chart, a signature, a plugin of Docker's.</summary>
public sealed class MeetingArtifacts
{
    private const string HelmConfig = "application/vnd.cncf.helm.config.v1+json", HelmChart = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    private const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip", OciLayer = "application/vnd.oci.image.layer.v1.tar+gzip";

    [Theory]
    [InlineData(true, HelmConfig, HelmChart, "unsupported media type application/vnd.cncf.helm.config.v1+json: ")]
    [InlineData(true, "application/vnd.oci.empty.v1+json", "application/octet-stream", "unsupported media type application/vnd.oci.empty.v1+json: ")]
    [InlineData(true, RegistryManifest.OciConfig, HelmChart, "unsupported media type application/vnd.cncf.helm.chart.content.v1.tar+gzip: ")]
    [InlineData(false, HelmConfig, DockerLayer, "Encountered remote \"application/vnd.cncf.helm.config.v1+json\"(unknown) when fetching: ")]
    [InlineData(false, "application/vnd.docker.plugin.v1+json", DockerLayer, "Encountered remote \"application/vnd.docker.plugin.v1+json\"(plugin) when fetching: ")]
    public async Task A_pull_refuses_one_in_dockers_words_and_asks_for_none_of_its_blobs(bool oci, string config, string layer, string words)
    {
        var artifact = Artifact(oci, config, layer);
        await using var registry = await FakeRegistry.StartAsync(artifact, static _ => false);
        using var store = new Store();

        var refused = await Should.ThrowAsync<RegistryException>(() => store.PullAsync($"{registry.Host}/chart:1"));

        (refused.Kind, refused.Message).ShouldBe((FailureKind.Invalid, words + "an artifact and no container image, get it with the program that it is for"));
        registry.Requests.ShouldAllBe(r => r.Path == "/v2/" || r.Path.Contains("/manifests/", StringComparison.Ordinal));
        store.Everything().ShouldBeEmpty();
    }

    [Theory, InlineData("application/octet-stream"), InlineData("application/json"), InlineData("text/html")]
    public async Task What_old_clients_called_a_config_is_one(string config)
    {
        var image = Artifact(oci: false, config, DockerLayer);
        await using var registry = await FakeRegistry.StartAsync(image, static _ => false);
        using var store = new Store();
        (await store.PullAsync($"{registry.Host}/old:1")).ImageId.ShouldBe(image.Id);
    }

    [Fact]
    public async Task What_one_is_in_its_registry_is_told()
    {
        var artifact = Artifact(oci: true, HelmConfig, HelmChart);
        await using var registry = await FakeRegistry.StartAsync(artifact, static _ => false);
        using var store = new Store();

        var told = await store.Lookup.InspectAsync(ImageName.TryParse($"{registry.Host}/chart:1")!, false, null, CancellationToken.None);

        (told.MediaType, told.Digest, told.Size).ShouldBe((RegistryManifest.OciManifest, Digest.Of(artifact.Manifest), artifact.Manifest.Length));
        told.Platforms.ShouldBeEmpty();
        store.Everything().ShouldBeEmpty();
    }

    private static TestImage Artifact(bool oci, string config, string layer)
    {
        var image = new TestImage([new TestTar().File("Chart.yaml", "name: chart").ToArray()], oci, layerType: oci ? OciLayer : DockerLayer);
        var manifest = JsonNode.Parse(image.Manifest)!;
        manifest["config"]!["mediaType"] = config;
        manifest["layers"]![0]!["mediaType"] = layer;
        image.Manifest = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        return image;
    }
}
