using Shiplog.Domain.Builds;
using Shiplog.Domain.Images;
using Shiplog.Server.Store;

namespace Shiplog.Server.Builds;

/// <summary>What an earlier build came to.</summary>
/// <param name="BuildId">The build that did the work.</param>
internal sealed record CacheHit(string ImageId, ImageConfig Image, string BuildId, int Step);

/// <summary>
/// The cache of builds is the log: the steps that were done here, by all that they depended on. So only what was proven on this host
/// serves again, never what an image from elsewhere says of its own history.
/// </summary>
internal sealed class BuildCache(StoreReader reader)
{
    // The latest one whose image is still here.
    private const string Find =
        "select i.data -> 'state' ->> 'id', i.data -> 'state' ->> 'configJson', coalesce(e.data ->> 'fromBuildId', e.data ->> 'buildId'), (e.data ->> 'step')::integer " +
        "from mt_events e join mt_doc_image i on i.id = 'image/' || (e.data ->> 'imageId') and (i.data -> 'state' ->> 'present')::boolean " +
        "where e.type = 'build_step_completed' and e.data ->> 'cacheKey' = $1 order by e.seq_id desc limit 1";

    private const string OnSameImage =
        "select count(*) filter (where e.data ->> 'instruction' = $2)::integer, bool_or(e.data ->> 'cacheKey' = $3) from mt_events e " +
        "where e.type = 'build_step_completed' and e.data ->> 'parentImageId' = $1";

    /// <summary><see langword="null"/> where nobody has done the same, or its image is gone.</summary>
    public async Task<CacheHit?> FindAsync(string key, CancellationToken cancellation)
    {
        var found = await reader.QueryAsync(
            Find, row => (Id: row.GetString(0), Config: row.GetString(1), Build: row.GetString(2), Step: row.GetInt32(3)), cancellation, key);
        return found is [var hit] && ImageConfig.TryParse(hit.Config, out var config) ? new CacheHit(hit.Id, config, hit.Build, hit.Step) : null;
    }

    /// <summary>Why nothing was found, as a phrase.</summary>
    public async Task<string> ReasonAsync(StepPlan plan, string instruction, string key, CancellationToken cancellation)
    {
        if (plan.After.ImageId is not { } parent)
            return "nothing like it has been made of nothing";
        var (same, gone) = (await reader.QueryAsync(
            OnSameImage, row => (row.GetInt32(0), !row.IsDBNull(1) && row.GetBoolean(1)), cancellation, parent, instruction, key))[0];
        return gone ? "its image has been removed"
            : same == 0 ? "this has not been done on the image before it"
            : plan.Copy is not null ? "the files that it copies are others"
            : "arguments or configuration are others";
    }
}
